// How a method of the API is written down: the types of its parameters and what it does with them. The same table serves
// every wire.
import type { Value } from '../wire/xmlrpc.ts';
import { FAULT, XmlRpcFault } from '../wire/xmlrpc.ts';
import type { BackupRunner } from '../backup/run.ts';
import type { SelfBackups } from '../backup/self-backups.ts';
import type { Upkeep } from '../backup/upkeep.ts';
import type { DrillRunner } from '../drill/run.ts';
import type { Caller } from '../access/authorize.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { SessionLimits } from '../model/session-limits.ts';
import type { User } from '../model/user.ts';
import type { Limits, SchedulePolicy } from '../model/limits.ts';
import type { FileReader } from '../restore/files.ts';
import type { RestoreRunner } from '../restore/run.ts';
import type { Overview } from '../schedule/overview.ts';
import type { SchedulerDoor } from '../schedule/scheduler-door.ts';
import type { AllRuns } from '../vm/all-runs.ts';
import type { ChangeRunner } from '../vm/change-runner.ts';
import type { ImageRunner } from '../vm/images.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import type { VmRunner } from '../vm/run.ts';
import type { VmTick } from '../vm/tick.ts';
import type { PasswordDrivers } from '../sign-in/all.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Forwarding } from './forwarding.ts';
import type { Elsewhere } from './sign-in.ts';

/** What methods work with. */
export interface Services {
  parts: Parts;
  vms: VmRunner;
  changes: ChangeRunner;
  images: ImageRunner;
  backups: BackupRunner;
  upkeep: Upkeep;
  selfBackups: SelfBackups;
  restores: RestoreRunner;
  drills: DrillRunner;
  /** Files out of backups. */
  files: FileReader;
  tick: VmTick;
  /** The runs of this control node. */
  operations: OperationLog;
  /** Those of all control nodes. */
  runs: AllRuns;
  /** Who has backups, what goes on, what failed. */
  overview: Overview;
  scheduler: SchedulerDoor;
  schedulePolicy: SchedulePolicy;
  /** How much goes on at the same time. */
  limits: Limits;
  /** Directory under which datastores have their own. */
  datastoreLocation: string;
  /** What AUTH_DRIVER of a user may be; core and public unless given. */
  authDrivers?: string[];
  /** Who knows passwords; OneVault alone unless given. */
  passwords?: PasswordDrivers;
  /** Who lets people in on pages of their own; nobody unless given. */
  elsewhere?: Elsewhere | undefined;
  /** What other control nodes do. */
  forwarding: Forwarding;
  /** Who asked for which change. */
  audit: AuditTrail;
  /** How often one address and one user may call; no limit unless given. */
  rateLimit?: RateLimit | undefined;
  /** How long sessions of the console last; the usual unless given. */
  sessionLimits?: SessionLimits;
  /** Where the API answers; known once the server listens. */
  endpoint: string;
}

export interface Call extends Services {
  user: User;
  /** The user with what is in effect for this call: groups, and the rules that speak of her. */
  caller: Caller;
  /** It came from another control node, and stays here. */
  forwarded: boolean;
}

interface Types {
  int: number;
  string: string;
  boolean: boolean;
  'int[]': number[];
}
type Kind = keyof Types;
/** A parameter is a type, or a type with the value it has when left out. */
export type Param = Kind | { [K in Kind]: [kind: K, otherwise: Types[K]] }[Kind];
type KindOf<P> = P extends Kind ? P : P extends readonly [infer K extends Kind, unknown] ? K : never;
type Args<P extends readonly Param[]> = { -readonly [I in keyof P]: Types[KindOf<P[I]>] };

/** A text may come in pieces, when it is too long to be made at once. */
export type Result = number | string | boolean | AsyncIterable<string>;
export interface Method {
  /** After the session. */
  params: readonly Param[];
  run(call: Call, params: readonly Value[]): Promise<Result>;
}
export type MethodTable = Record<string, Method>;

/** `params` leave out the session, which every method has first. Surplus parameters are ignored, as OpenNebula does. */
export function method<const P extends readonly Param[]>(
  params: P,
  run: (call: Call, ...args: Args<P>) => Promise<Result>,
): Method {
  return {
    params,
    run: (call, values) => run(call, ...(params.map((param, index) => read(param, values[index], index)) as Args<P>)),
  };
}

function read(param: Param, value: Value | undefined, index: number): Types[Kind] {
  const kind = typeof param === 'string' ? param : param[0];
  if (value === undefined) {
    if (typeof param !== 'string') return param[1];
    throw new XmlRpcFault(FAULT.TYPE, `Parameter ${index + 1} is missing; it must be of type ${kind}.`);
  }
  if (isOf[kind](value)) return value;
  throw new XmlRpcFault(FAULT.TYPE, `Parameter ${index + 1} must be of type ${kind}.`);
}

const isInteger = (value: Value): value is number => typeof value === 'number' && Number.isInteger(value);
const isOf: Record<Kind, (value: Value) => value is Types[Kind]> = {
  int: isInteger,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  'int[]': (value): value is number[] => Array.isArray(value) && value.every(isInteger),
};
