// Quotas as `list` and `show` of users and groups print them: usage against limit, where a limit that says "as the default"
// is looked up in the defaults. Pure.
import { XmlElement } from '../wire/xml-read.ts';
import { title } from './show.ts';
import { table, type Column } from './table.ts';
import { number, size } from './units.ts';

const DEFAULT = '-1';
const UNLIMITED = '-2';

/** How a metric's numbers are written. */
type Shape = (text: string) => string;
const WHOLE: Shape = (text) => String(Math.trunc(number(text)));
const FRACTION: Shape = (text) => number(text).toFixed(2);
const MEGABYTES: Shape = (text) => size(number(text), 'M');

/** The quotas of one kind, `VM_QUOTA/VM` of a user or group, with the defaults that stand behind them. */
interface Kind {
  kind: 'VM' | 'DATASTORE' | 'NETWORK' | 'IMAGE';
  defaults: XmlElement | undefined;
}

interface MetricColumn {
  name: string;
  metric: string;
  width: number;
  /** Width of each number. */
  figure: number;
  shape: Shape;
}

const VM_COLUMNS: readonly MetricColumn[] = [
  { name: 'VMS', metric: 'VMS', width: 17, figure: 7, shape: WHOLE },
  { name: 'MEMORY', metric: 'MEMORY', width: 20, figure: 8, shape: MEGABYTES },
  { name: 'CPU', metric: 'CPU', width: 20, figure: 8, shape: FRACTION },
  { name: 'SYSTEM_DISK_SIZE', metric: 'SYSTEM_DISK_SIZE', width: 20, figure: 8, shape: MEGABYTES },
];

const RUNNING_COLUMNS: readonly MetricColumn[] = [
  { name: 'RUNNING VMS', metric: 'RUNNING_VMS', width: 17, figure: 7, shape: WHOLE },
  { name: 'RUNNING MEMORY', metric: 'RUNNING_MEMORY', width: 20, figure: 8, shape: MEGABYTES },
  { name: 'RUNNING CPU', metric: 'RUNNING_CPU', width: 20, figure: 8, shape: FRACTION },
];

const DATASTORE_COLUMNS: readonly MetricColumn[] = [
  { name: 'IMAGES', metric: 'IMAGES', width: 20, figure: 8, shape: WHOLE },
  { name: 'SIZE', metric: 'SIZE', width: 19, figure: 8, shape: MEGABYTES },
];

const NETWORK_COLUMNS: readonly MetricColumn[] = [
  { name: 'LEASES', metric: 'LEASES', width: 20, figure: 8, shape: WHOLE },
];
const IMAGE_COLUMNS: readonly MetricColumn[] = [
  { name: 'RUNNING VMS', metric: 'RVMS', width: 20, figure: 8, shape: WHOLE },
];

/** All quota sections of a user's or group's `show`. `defaults` is its DEFAULT_USER_QUOTAS or DEFAULT_GROUP_QUOTAS. */
export function quotaLines(owner: XmlElement, defaults: XmlElement | undefined): string[] {
  const vms = vmQuotas(owner);
  return [
    '',
    ...section('VMS USAGE & QUOTAS', columnsOf({ kind: 'VM', defaults }, VM_COLUMNS), vms),
    ...section('VMS USAGE & QUOTAS - RUNNING', columnsOf({ kind: 'VM', defaults }, RUNNING_COLUMNS), vms),
    ...idSection('DATASTORE', owner, defaults, DATASTORE_COLUMNS),
    ...idSection('NETWORK', owner, defaults, NETWORK_COLUMNS),
    ...idSection('IMAGE', owner, defaults, IMAGE_COLUMNS),
  ];
}

function section(heading: string, columns: Array<Column<XmlElement>>, rows: readonly XmlElement[]): string[] {
  const body = rows.length === 0 ? [] : [table(columns, rows).trimEnd(), ''];
  return [title(heading), '', ...body];
}

function idSection(
  kind: 'DATASTORE' | 'NETWORK' | 'IMAGE',
  owner: XmlElement,
  defaults: XmlElement | undefined,
  metrics: readonly MetricColumn[],
): string[] {
  const id: Column<XmlElement> = { name: 'ID', width: 12, cell: (quota) => quota.textOf('ID') };
  const columns = [id, ...columnsOf({ kind, defaults }, metrics)];
  return section(`${kind} USAGE & QUOTAS`, columns, owner.children(`${kind}_QUOTA/${kind}`));
}

/** The administrator has no quotas; anybody else has those of VMs even before the first VM, all of them at the default. */
function vmQuotas(owner: XmlElement): XmlElement[] {
  const quotas = owner.children('VM_QUOTA/VM');
  return quotas.length === 0 && owner.textOf('ID') !== '0' ? [new XmlElement('VM')] : quotas;
}

function columnsOf(kind: Kind, metrics: readonly MetricColumn[]): Array<Column<XmlElement>> {
  return metrics.map(({ name, metric, width, figure, shape }) => ({
    name,
    width,
    cell: (quota) => usage(quota, limitOf(quota, metric, kind), metric, figure, shape),
  }));
}

/** The limit in effect; undefined for none. Elements that are missing count as the default and as no usage. */
function limitOf(quota: XmlElement, metric: string, { kind, defaults }: Kind): string | undefined {
  let limit = quota.textOf(metric) || DEFAULT;
  if (limit === DEFAULT) limit = defaultOf(quota, metric, kind, defaults);
  return limit === UNLIMITED || limit === DEFAULT ? undefined : limit;
}

function defaultOf(quota: XmlElement, metric: string, kind: Kind['kind'], defaults: XmlElement | undefined): string {
  const same = defaults
    ?.children(`${kind}_QUOTA/${kind}`)
    .find((candidate) => kind === 'VM' || candidate.textOf('ID') === quota.textOf('ID'));
  return same?.textOf(metric) || UNLIMITED;
}

function usage(quota: XmlElement, limit: string | undefined, metric: string, figure: number, shape: Shape): string {
  const used = shape(quota.textOf(`${metric}_USED`)).padStart(figure);
  return `${used} / ${(limit === undefined ? '-' : shape(limit)).padStart(figure)}`;
}

/**
 * The columns VMS, MEMORY and CPU of a pool, out of its QUOTAS elements with the ids of the rows. They grow rather than cut a
 * number.
 */
export function quotaColumns(
  pool: XmlElement | undefined,
  widths: { VMS: number; MEMORY: number; CPU: number },
): Array<Column<XmlElement>> {
  const quotas = new Map(pool?.children('QUOTAS').map((entry) => [entry.textOf('ID'), entry.child('VM_QUOTA/VM')]));
  const defaults = pool?.child('DEFAULT_USER_QUOTAS') ?? pool?.child('DEFAULT_GROUP_QUOTAS');
  return POOL_METRICS.map(({ name, description, figure, shape }) => ({
    name,
    description,
    width: widths[name],
    adjust: true,
    cell: (row) => {
      const quota = quotas.get(row.textOf('ID'));
      if (!quota) return '-';
      return usage(quota, limitOf(quota, name, { kind: 'VM', defaults }), name, figure, shape);
    },
  }));
}

const POOL_METRICS = [
  { name: 'VMS', description: 'VMs, used / limit', figure: 3, shape: WHOLE },
  { name: 'MEMORY', description: 'memory of the VMs, used / limit', figure: 7, shape: MEGABYTES },
  {
    name: 'CPU',
    description: 'CPU of the VMs, used / limit',
    figure: 4,
    shape: (text: string) => number(text).toFixed(1),
  },
] as const;
