// The options of `create` and `instantiate` that stand for attributes of a VM template.
import { readFileSync } from 'node:fs';
import type { Attribute, Attributes, Vector } from '../model/attributes.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { sizeMb } from './input.ts';

export interface TemplateOptions {
  name?: string;
  description?: string;
  cpu?: string;
  vcpu?: string;
  arch?: string;
  memory?: string;
  disk?: string;
  nic?: string;
  raw?: string;
  vnc?: boolean;
  vncListen?: string;
  spice?: boolean;
  spiceListen?: string;
  boot?: string;
  ssh?: string | boolean;
  net_context?: boolean;
  context?: string;
  startscript?: string;
  report_ready?: boolean;
}

export const TEMPLATE_OPTIONS = [
  ['--name <name>', 'name of the new object'],
  ['--description <text>', 'what it is'],
  ['--cpu <cpu>', 'share of CPU, 1 is a core'],
  ['--vcpu <vcpu>', 'number of virtual CPUs'],
  ['--arch <arch>', 'architecture, x86_64'],
  ['--memory <size>', 'memory, 512 (MB) or 8g'],
  ['--disk <images>', 'image ids or names, a,b:size=1000'],
  ['--nic <networks>', 'virtual network ids or names, a,b:ip=10.0.0.5'],
  ['--raw <text>', 'text for the hypervisor'],
  ['--vnc', 'a VNC display'],
  ['--vnc-listen <address>', 'address it listens on, 0.0.0.0 by default'],
  ['--spice', 'a SPICE display'],
  ['--spice-listen <address>', 'address it listens on, 0.0.0.0 by default'],
  ['--boot <devices>', 'devices to boot from, disk0,nic0'],
  ['--ssh [file]', 'give the guest this public key, ~/.ssh/id_rsa.pub by default'],
  ['--net_context', 'give the guest its network settings'],
  ['--context <pairs>', 'give the guest these, A=b,C=d'],
  ['--startscript <file>', 'have the guest run this'],
  ['--report_ready', 'have the guest say when it is ready'],
] as const;

/** The attributes that the options stand for, in OpenNebula's order. */
export function templateAttributes(given: TemplateOptions, io: Io): Attributes {
  return [
    ...texts([
      ['NAME', given.name],
      ['DESCRIPTION', given.description],
      ['CPU', given.cpu],
      ['VCPU', given.vcpu],
      ['MEMORY', given.memory === undefined ? undefined : sizeMb('--memory', given.memory)],
    ]),
    ...(given.disk?.split(',') ?? []).map((disk): Attribute => ['DISK', partVector('--disk', disk, 'IMAGE')]),
    ...(given.nic?.split(',') ?? []).map((nic): Attribute => ['NIC', partVector('--nic', nic, 'NETWORK')]),
    ...vectors([
      [
        'OS',
        pairs([
          ['ARCH', given.arch],
          ['BOOT', given.boot],
        ]),
      ],
      [
        'RAW',
        given.raw === undefined
          ? []
          : [
              ['TYPE', 'kvm'],
              ['DATA', given.raw],
            ],
      ],
      ['GRAPHICS', graphics(given)],
      ['CONTEXT', contextVector(given, io)],
    ]),
  ];
}

function texts(entries: ReadonlyArray<readonly [name: string, value: string | undefined]>): Attributes {
  return entries.flatMap(([name, value]): Attributes => (value === undefined ? [] : [[name, value]]));
}

function vectors(entries: ReadonlyArray<readonly [name: string, vector: Vector]>): Attributes {
  return entries.flatMap(([name, vector]): Attributes => (vector.length === 0 ? [] : [[name, vector]]));
}

function pairs(entries: ReadonlyArray<readonly [name: string, value: string | undefined]>): Vector {
  return entries.flatMap(([name, value]): Vector => (value === undefined ? [] : [[name, value]]));
}

/** `image` or `image:size=1000:...`; digits are an id. */
function partVector(option: string, given: string, name: string): Vector {
  const [object = '', ...extras] = given.split(':');
  const isId = /^\d+$/.test(object);
  return [[isId ? `${name}_ID` : name, object], ...extras.map((extra) => pairOf(`${option} ${given}`, extra))];
}

function pairOf(where: string, given: string): [name: string, value: string] {
  const [, name, value] = /^\s*([^=]+)=(.*)$/s.exec(given) ?? [];
  if (name === undefined || value === undefined) throw new Failure(`${where}: "${given}" is not name=value.`);
  return [name.trim().toUpperCase(), value.replace(/^"(.*)"$/s, '$1')];
}

const EVERYWHERE = '0.0.0.0';

function graphics(given: TemplateOptions): Vector {
  if (given.vnc && given.spice) throw new Failure('--vnc and --spice exclude each other.');
  if (given.vnc) return [['TYPE', 'vnc'], ['LISTEN', given.vncListen ?? EVERYWHERE]]; // prettier-ignore
  return given.spice ? [['TYPE', 'spice'], ['LISTEN', given.spiceListen ?? EVERYWHERE]] : []; // prettier-ignore
}

function contextVector(given: TemplateOptions, io: Io): Vector {
  const key = given.ssh === true ? `${io.home}/.ssh/id_rsa.pub` : given.ssh === false ? undefined : given.ssh;
  return [
    ...pairs([
      ['NETWORK', given.net_context ? 'YES' : undefined],
      ['SSH_PUBLIC_KEY', key === undefined ? undefined : fileText('--ssh', key).trim()],
      ['START_SCRIPT', given.startscript === undefined ? undefined : fileText('--startscript', given.startscript)],
    ]),
    ...(given.report_ready
      ? ([
          ['TOKEN', 'YES'],
          ['REPORT_READY', 'YES'],
        ] satisfies Vector)
      : []),
    ...(given.context?.split(',') ?? []).map((pair) => pairOf(`--context ${given.context ?? ''}`, pair)),
  ];
}

function fileText(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure(`${option}: the file ${path} cannot be read.`, { cause: error });
  }
}
