// What the daemon's methods take and answer. Made by `npm run console-types`; not to be edited.

export type Attribute = string | number | Attributes | Attribute[];
/** A template: attributes by name, each a text, a vector of texts, or several of them. */
export interface Attributes {
  [name: string]: Attribute | undefined;
}

export type AuditCheck = { WHOLE: number; BROKEN: string; FIRST: number; LAST: number; HASH: string; ANCHORS: number };

export type BackupStatus = {
  TIME: number;
  RUNNING: { RUN: Array<Run> };
  WAITING: {
    RUN: Array<Run>;
    BACKUP: Array<{ VM_ID: number; VM_NAME: string; JOB_ID: number; ACTION_ID: number; SINCE: number; WAITS: string }>;
  };
  FAILED: { RUN: Array<Run> };
  OVERDUE: { VM: Array<{ ID: number; NAME: string; LAST_BACKUP: number; MAX_AGE: number }> };
  UNPROTECTED: { VM: Array<{ ID: number; NAME: string }> };
  PROVEN: {
    VM: Array<{
      ID: number;
      NAME: string;
      IMAGE_ID: number;
      INCREMENT_ID: number;
      DATE: number;
      PROVEN: number;
      PROVEN_TIME: number;
      PROVEN_BY: string;
    }>;
  };
};

export type Calendar = {
  FROM: number;
  TO: number;
  MORE: number;
  DAY: Array<{ TIME: number; DONE: number; FAILED: number; CANCELLED: number; RUNNING: number; NEXT: number }>;
  RUN: Array<{
    ID: string;
    VM_ID: number;
    VM_NAME: string;
    KIND: 'backup' | 'restore' | 'flatten' | 'verify' | 'drill' | 'prune' | 'check' | 'rescan' | 'copy' | 'self';
    RESULT: 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';
    START: number;
    END: number;
    JOB_ID: number;
    DATASTORE_ID: number;
  }>;
  NEXT: Array<{ TIME: number; TYPE: 'VM' | 'BACKUPJOB'; ID: number; NAME: string; ACTION_ID: number; ACTION: string }>;
};

export type Occurrences = { ZONE: string; OCCURRENCE: Array<{ TIME: number; INDEX: number; ACTION: string }> };

export type Nodes = {
  NODE: Array<{
    ID: string;
    NAME: string;
    URL: string;
    VERSION: string;
    ANSWERS: number;
    LEASE: number;
    RUNS: number;
    DUTIES: { DUTY: Array<string> };
  }>;
};

export type RunFigures = {
  FROM: number;
  TO: number;
  KIND: 'backup' | 'restore' | 'flatten' | 'verify' | 'drill' | 'prune' | 'check' | 'rescan' | 'copy' | 'self';
  DAY: Array<{
    TIME: number;
    DONE: number;
    FAILED: number;
    CANCELLED: number;
    TOOK: number;
    LONGEST: number;
    BYTES_READ: number;
    BYTES_SENT: number;
    BYTES_STORED: number;
  }>;
  VM: Array<{
    ID: number;
    NAME: string;
    DONE: number;
    FAILED: number;
    CANCELLED: number;
    TOOK: number;
    LONGEST: number;
    BYTES_READ: number;
    BYTES_SENT: number;
    BYTES_STORED: number;
    LAST: number;
  }>;
};

export type Summary = {
  TIME: number;
  VMS: { TOTAL: number; RUNNING: number; OFF: number; OTHER: number };
  PROTECTION: { PROTECTED: number; OVERDUE: number; UNPROTECTED: number; PROVEN: number };
  RUNS: { RUNNING: number; WAITING: number };
  LAST_DAY: {
    DONE: number;
    FAILED: number;
    CANCELLED: number;
    TOOK: number;
    LONGEST: number;
    BYTES_READ: number;
    BYTES_SENT: number;
    BYTES_STORED: number;
  };
  NEXT_BACKUP: number;
  DATASTORE: Array<{
    ID: number;
    NAME: string;
    TOTAL_MB: number;
    FREE_MB: number;
    USED_MB: number;
    IMAGES: number;
    MB_PER_DAY: number;
    FULL_ON: number;
  }>;
};

export type Vm = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  LAST_POLL: number;
  STATE: number;
  LCM_STATE: number;
  PREV_STATE: number;
  PREV_LCM_STATE: number;
  RESCHED: number;
  STIME: number;
  ETIME: number;
  DEPLOY_ID: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  MONITORING: {
    CPU?: number;
    DISK_SIZE: Array<{ ID: number; SIZE: number }>;
    MEMORY?: number;
    NETRX?: number;
    NETTX?: number;
    ID?: number;
    TIMESTAMP?: number;
    [name: string]: Attribute | undefined;
  };
  SCHED_ACTIONS: { ID: Array<number> };
  TEMPLATE: {
    DISK: Array<{ TYPE: string; [name: string]: Attribute | undefined }>;
    NIC: Array<Attributes>;
    SNAPSHOT: Array<{
      HYPERVISOR_ID: string;
      NAME: string;
      SNAPSHOT_ID: number;
      SYSTEM_DISK_SIZE?: number;
      TIME: number;
      [name: string]: Attribute | undefined;
    }>;
    SCHED_ACTION: Array<{
      ID: number;
      PARENT_ID: number;
      TYPE: 'VM' | 'BACKUPJOB';
      ACTION: string;
      ARGS: string;
      TIME: number;
      REPEAT: number;
      DAYS: string;
      END_TYPE: number;
      END_VALUE: number;
      DONE: number;
      MESSAGE: string;
      WARNING?: number;
    }>;
    [name: string]: Attribute | undefined;
  };
  USER_TEMPLATE: Attributes;
  HISTORY_RECORDS: {
    HISTORY: Array<{
      OID: number;
      SEQ: number;
      HOSTNAME: string;
      HID: number;
      CID: number;
      STIME: number;
      ETIME: number;
      VM_MAD: string;
      TM_MAD: string;
      DS_ID: number;
      PSTIME: number;
      PETIME: number;
      RSTIME: number;
      RETIME: number;
      ESTIME: number;
      EETIME: number;
      ACTION: number;
      UID: number;
      GID: number;
      REQUEST_ID: string;
    }>;
  };
  SNAPSHOTS: Array<{
    ALLOW_ORPHANS: string;
    CURRENT_BASE: number;
    DISK_ID: number;
    NEXT_SNAPSHOT: number;
    SNAPSHOT: Array<{
      ACTIVE?: 'YES' | 'NO';
      CHILDREN?: string;
      DATE: number;
      ID: number;
      NAME?: string;
      PARENT: number;
      SIZE: number;
    }>;
  }>;
  BACKUPS: {
    BACKUP_CONFIG: {
      BACKUP_JOB_ID?: number;
      BACKUP_VOLATILE?: 'YES' | 'NO';
      FREEZE_FAILURE?: string;
      FREEZE_LIMIT?: number;
      FS_FREEZE?: string;
      INCREMENTAL_BACKUP_ID?: number;
      INCREMENT_MODE?: string;
      KEEP_DAILY?: number;
      KEEP_LAST?: number;
      KEEP_MONTHLY?: number;
      KEEP_WEEKLY?: number;
      KEEP_YEARLY?: number;
      LAST_BACKUP_ID?: string;
      LAST_BACKUP_SIZE?: number;
      LAST_DATASTORE_ID?: number;
      LAST_INCREMENT_ID?: number;
      MODE?: string;
    };
    BACKUP_IDS: { ID: Array<number> };
    LAST_BACKUP?: {
      IMAGE_ID: number;
      INCREMENT_ID: number;
      TYPE: 'FULL' | 'INCREMENT';
      REASON: string;
      CONSISTENCY: 'crash' | 'filesystem' | 'suspended';
      DATE: number;
    };
  };
};

export type BackupPlan = {
  TYPE: 'FULL' | 'INCREMENT';
  REASON: string;
  LIVE: number;
  DATASTORE_ID: number;
  DISK: Array<{ DISK_ID: number; TARGET: string; PATH: string; SIZE: number; DIRTY_MB?: number }>;
  LEFT_OUT: Array<string>;
  DROP: Array<{ IMAGE_ID: number; POINTS: string; REASON: string }>;
  QUOTA: Array<{ WHOSE: string; METRIC: 'SIZE' | 'IMAGES'; USED: number; LIMIT: number; ADDS: number }>;
};

export type Eligibility = {
  VM_ID: number;
  MODE: 'FULL' | 'INCREMENT';
  INCREMENT_MODE: 'CBT' | 'SNAPSHOT';
  NEXT: 'FULL' | 'INCREMENT' | 'NONE';
  REASON: string;
  POSSIBLE: number;
  OBSTACLE: Array<string>;
  DISK: Array<{
    DISK_ID: number;
    TARGET: string;
    FORMAT: string;
    SIZE: number;
    TAKES_PART: number;
    INCREMENT: number;
    REASON: string;
  }>;
};

export type RestorePlan = {
  IMAGE_ID: number;
  INCREMENT_ID: number;
  DATE: number;
  IN_PLACE: number;
  DATASTORE_ID: number;
  NAME: string;
  TEMPLATE: number;
  NEEDS_MB: number;
  FREE_MB: number;
  DISK: Array<{ DISK_ID: number; NAME: string; SIZE: number; SIZE_BEFORE: number; FORMAT: string; BYTES: number }>;
  NIC: Array<{ NETWORK: string; IP: string }>;
  STRIPPED: Array<{ NAME: string; VALUE: string; REASON: string }>;
  QUOTA: Array<{ WHOSE: string; METRIC: 'SIZE' | 'IMAGES'; USED: number; LIMIT: number; ADDS: number }>;
  WARNING: Array<string>;
};

export type MonitoringData = {
  MONITORING: Array<{
    CPU?: number;
    DISK_SIZE: Array<{ ID: number; SIZE: number }>;
    MEMORY?: number;
    NETRX?: number;
    NETTX?: number;
    ID: number;
    TIMESTAMP: number;
    [name: string]: Attribute | undefined;
  }>;
};

export type HistoryRecords = {
  HISTORY: Array<{
    OID: number;
    SEQ: number;
    HOSTNAME: string;
    HID: number;
    CID: number;
    STIME: number;
    ETIME: number;
    VM_MAD: string;
    TM_MAD: string;
    DS_ID: number;
    PSTIME: number;
    PETIME: number;
    RSTIME: number;
    RETIME: number;
    ESTIME: number;
    EETIME: number;
    ACTION: number;
    UID: number;
    GID: number;
    REQUEST_ID: string;
    VM: {
      ID: number;
      UID: number;
      GID: number;
      UNAME: string;
      GNAME: string;
      NAME: string;
      PERMISSIONS: {
        OWNER_U: number;
        OWNER_M: number;
        OWNER_A: number;
        GROUP_U: number;
        GROUP_M: number;
        GROUP_A: number;
        OTHER_U: number;
        OTHER_M: number;
        OTHER_A: number;
      };
      LAST_POLL: number;
      STATE: number;
      LCM_STATE: number;
      PREV_STATE: number;
      PREV_LCM_STATE: number;
      RESCHED: number;
      STIME: number;
      ETIME: number;
      DEPLOY_ID: string;
      LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
      MONITORING: {
        CPU?: number;
        DISK_SIZE: Array<{ ID: number; SIZE: number }>;
        MEMORY?: number;
        NETRX?: number;
        NETTX?: number;
        ID?: number;
        TIMESTAMP?: number;
        [name: string]: Attribute | undefined;
      };
      SCHED_ACTIONS: { ID: Array<number> };
      TEMPLATE: {
        DISK: Array<{ TYPE: string; [name: string]: Attribute | undefined }>;
        NIC: Array<Attributes>;
        SNAPSHOT: Array<{
          HYPERVISOR_ID: string;
          NAME: string;
          SNAPSHOT_ID: number;
          SYSTEM_DISK_SIZE?: number;
          TIME: number;
          [name: string]: Attribute | undefined;
        }>;
        SCHED_ACTION: Array<{
          ID: number;
          PARENT_ID: number;
          TYPE: 'VM' | 'BACKUPJOB';
          ACTION: string;
          ARGS: string;
          TIME: number;
          REPEAT: number;
          DAYS: string;
          END_TYPE: number;
          END_VALUE: number;
          DONE: number;
          MESSAGE: string;
          WARNING?: number;
        }>;
        [name: string]: Attribute | undefined;
      };
      USER_TEMPLATE: Attributes;
      HISTORY_RECORDS: {};
      SNAPSHOTS: Array<{
        ALLOW_ORPHANS: string;
        CURRENT_BASE: number;
        DISK_ID: number;
        NEXT_SNAPSHOT: number;
        SNAPSHOT: Array<{
          ACTIVE?: 'YES' | 'NO';
          CHILDREN?: string;
          DATE: number;
          ID: number;
          NAME?: string;
          PARENT: number;
          SIZE: number;
        }>;
      }>;
      BACKUPS: {
        BACKUP_CONFIG: {
          BACKUP_JOB_ID?: number;
          BACKUP_VOLATILE?: 'YES' | 'NO';
          FREEZE_FAILURE?: string;
          FREEZE_LIMIT?: number;
          FS_FREEZE?: string;
          INCREMENTAL_BACKUP_ID?: number;
          INCREMENT_MODE?: string;
          KEEP_DAILY?: number;
          KEEP_LAST?: number;
          KEEP_MONTHLY?: number;
          KEEP_WEEKLY?: number;
          KEEP_YEARLY?: number;
          LAST_BACKUP_ID?: string;
          LAST_BACKUP_SIZE?: number;
          LAST_DATASTORE_ID?: number;
          LAST_INCREMENT_ID?: number;
          MODE?: string;
        };
        BACKUP_IDS: { ID: Array<number> };
        LAST_BACKUP?: {
          IMAGE_ID: number;
          INCREMENT_ID: number;
          TYPE: 'FULL' | 'INCREMENT';
          REASON: string;
          CONSISTENCY: 'crash' | 'filesystem' | 'suspended';
          DATE: number;
        };
      };
    };
  }>;
};

export type Image = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  TYPE: number;
  DISK_TYPE: number;
  PERSISTENT: number;
  REGTIME: number;
  SOURCE: string;
  PATH: string;
  FORMAT: string;
  FS: string;
  SIZE: number;
  STATE: number;
  PREV_STATE: number;
  RUNNING_VMS: number;
  CLONING_OPS: number;
  CLONING_ID: number;
  TARGET_SNAPSHOT: number;
  DATASTORE_ID: number;
  DATASTORE: string;
  VMS: { ID: Array<number> };
  CLONES: { ID: Array<number> };
  APP_CLONES: { ID: Array<number> };
  TEMPLATE: Attributes;
  SNAPSHOTS: {
    ALLOW_ORPHANS: string;
    CURRENT_BASE: number;
    NEXT_SNAPSHOT: number;
    SNAPSHOT: Array<{
      ACTIVE?: 'YES' | 'NO';
      CHILDREN?: string;
      DATE: number;
      ID: number;
      NAME?: string;
      PARENT: number;
      SIZE: number;
    }>;
  };
  BACKUP_INCREMENTS: {
    INCREMENT: Array<{
      DATE: number;
      ID: number;
      PARENT_ID?: number;
      SIZE: number;
      SOURCE: string;
      TYPE: 'FULL' | 'INCREMENT';
      REASON: string;
      CONSISTENCY: 'crash' | 'filesystem' | 'suspended';
      VERIFIED: number;
      VERIFY_ERROR?: string;
      PROVEN?: number;
      PROVEN_TIME?: number;
      PROVEN_BY?: string;
      DRILL_FAILED?: number;
      DRILL_ERROR?: string;
      DRILL_SCREEN?: 'YES' | 'NO';
      PIN_REASON?: string;
      PIN_UNTIL?: number;
    }>;
  };
  BACKUP_DISK_IDS?: { ID: Array<number> };
  BACKUP_POINT?: {
    DATE: number;
    ID: number;
    REASON: string;
    CONSISTENCY: 'crash' | 'filesystem' | 'suspended';
    VERIFIED: number;
    VERIFY_ERROR?: string;
    PROVEN?: number;
    PROVEN_TIME?: number;
    PROVEN_BY?: string;
    DRILL_FAILED?: number;
    DRILL_ERROR?: string;
    DRILL_SCREEN?: 'YES' | 'NO';
    PIN_REASON?: string;
    PIN_UNTIL?: number;
  };
};

export type Retention = {
  KEEP_LAST: number;
  KEEP_DAILY: number;
  KEEP_WEEKLY: number;
  KEEP_MONTHLY: number;
  KEEP_YEARLY: number;
  POINT: Array<{ ID: number; DATE: number; KEPT: number; RULE: Array<string>; GOES: number; REASON: string }>;
};

export type Template = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  REGTIME: number;
  TEMPLATE: Attributes;
};

export type Datastore = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  DS_MAD: string;
  TM_MAD: string;
  BASE_PATH: string;
  TYPE: number;
  DISK_TYPE: number;
  STATE: number;
  CLUSTERS: { ID: Array<number> };
  TOTAL_MB: number;
  FREE_MB: number;
  USED_MB: number;
  IMAGES: { ID: Array<number> };
  TEMPLATE: Attributes;
};

export type DatastoreFill = {
  DATASTORE_ID: number;
  TOTAL_MB: number;
  FREE_MB: number;
  USED_MB: number;
  MB_PER_DAY: number;
  FULL_ON: number;
  POINT: Array<{ TIME: number; TOTAL_MB: number; FREE_MB: number; USED_MB: number }>;
};

export type Host = {
  ID: number;
  NAME: string;
  STATE: number;
  PREV_STATE: number;
  IM_MAD: string;
  VM_MAD: string;
  CLUSTER_ID: number;
  CLUSTER: string;
  HOST_SHARE: {
    MEM_USAGE: number;
    CPU_USAGE: number;
    TOTAL_MEM: number;
    TOTAL_CPU: number;
    MAX_MEM: number;
    MAX_CPU: number;
    RUNNING_VMS: number;
    VMS_THREAD: number;
    DATASTORES: {
      DISK_USAGE: number;
      DS: Array<{ FREE_MB: number; ID: number; TOTAL_MB: number; USED_MB: number }>;
      FREE_DISK: number;
      MAX_DISK: number;
      USED_DISK: number;
    };
    PCI_DEVICES: { PCI: Array<Attributes> };
    NUMA_NODES: { NODE: Array<Attributes> };
  };
  VMS: { ID: Array<number> };
  TEMPLATE: {
    VM: Array<{ VM_NAME: string; [name: string]: Attribute | undefined }>;
    [name: string]: Attribute | undefined;
  };
  MONITORING: {
    TIMESTAMP?: number;
    ID?: number;
    CAPACITY?: { FREE_CPU: number; FREE_MEMORY: number; USED_CPU: number; USED_MEMORY: number };
    SYSTEM?: { NETRX?: number; NETTX?: number };
  };
};

export type MonitoringData2 = {
  MONITORING: Array<{
    TIMESTAMP: number;
    ID: number;
    CAPACITY: { FREE_CPU: number; FREE_MEMORY: number; USED_CPU: number; USED_MEMORY: number };
    SYSTEM: { NETRX?: number; NETTX?: number };
  }>;
};

export type Cluster = {
  ID: number;
  NAME: string;
  HOSTS: { ID: Array<number> };
  DATASTORES: { ID: Array<number> };
  VNETS: { ID: Array<number> };
  TEMPLATE: Attributes;
};

export type Vnet = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  CLUSTERS: { ID: Array<number> };
  BRIDGE: string;
  BRIDGE_TYPE: string;
  STATE: number;
  PREV_STATE: number;
  PARENT_NETWORK_ID: string;
  VN_MAD: string;
  PHYDEV: string;
  VLAN_ID: string;
  OUTER_VLAN_ID: string;
  VLAN_ID_AUTOMATIC: number;
  OUTER_VLAN_ID_AUTOMATIC: number;
  USED_LEASES: number;
  VROUTERS: { ID: Array<number> };
  UPDATED_VMS: { ID: Array<number> };
  OUTDATED_VMS: { ID: Array<number> };
  UPDATING_VMS: { ID: Array<number> };
  ERROR_VMS: { ID: Array<number> };
  TEMPLATE: Attributes;
  AR_POOL: {
    AR: Array<{
      AR_ID: number;
      GLOBAL_PREFIX?: string;
      IP?: string;
      MAC: string;
      SIZE: number;
      TYPE: 'IP4' | 'IP6' | 'IP6_STATIC' | 'IP4_6' | 'IP4_6_STATIC' | 'ETHER';
      ULA_PREFIX?: string;
      MAC_END?: string;
      IP_END?: string;
      IP6_ULA?: string;
      IP6_ULA_END?: string;
      IP6_GLOBAL?: string;
      IP6_GLOBAL_END?: string;
      USED_LEASES: number;
      LEASES: {
        LEASE: Array<{
          IP?: string;
          IP6_GLOBAL?: string;
          IP6_LINK?: string;
          IP6_ULA?: string;
          MAC: string;
          VM?: number;
          VNET?: number;
        }>;
      };
      [name: string]: Attribute | undefined;
    }>;
  };
};

export type User = {
  ID: number;
  GID: number;
  GROUPS: { ID: Array<number> };
  GNAME: string;
  NAME: string;
  PASSWORD: string;
  AUTH_DRIVER: string;
  ENABLED: number;
  LOGIN_TOKEN: Array<{ TOKEN: string; EXPIRATION_TIME: number; EGID: number; SCOPE?: string; SESSION?: 'YES' | 'NO' }>;
  TEMPLATE: Attributes;
  DATASTORE_QUOTA: {
    DATASTORE: Array<{ ID: number; IMAGES: number; IMAGES_USED: number; SIZE: number; SIZE_USED: number }>;
  };
  NETWORK_QUOTA: { NETWORK: Array<{ ID: number; LEASES: number; LEASES_USED: number }> };
  VM_QUOTA: {
    VM?: {
      CPU: number;
      CPU_USED: number;
      MEMORY: number;
      MEMORY_USED: number;
      RUNNING_CPU: number;
      RUNNING_CPU_USED: number;
      RUNNING_MEMORY: number;
      RUNNING_MEMORY_USED: number;
      RUNNING_VMS: number;
      RUNNING_VMS_USED: number;
      SYSTEM_DISK_SIZE: number;
      SYSTEM_DISK_SIZE_USED: number;
      VMS: number;
      VMS_USED: number;
    };
  };
  IMAGE_QUOTA: { IMAGE: Array<{ ID: number; RVMS: number; RVMS_USED: number }> };
  DEFAULT_USER_QUOTAS: DefaultUserQuotas;
};

export type DefaultUserQuotas = {
  DATASTORE_QUOTA: { DATASTORE: Array<{ ID: number; IMAGES: number; SIZE: number }> };
  NETWORK_QUOTA: { NETWORK: Array<{ ID: number; LEASES: number }> };
  VM_QUOTA: {
    VM?: {
      CPU: number;
      MEMORY: number;
      RUNNING_CPU: number;
      RUNNING_MEMORY: number;
      RUNNING_VMS: number;
      SYSTEM_DISK_SIZE: number;
      VMS: number;
    };
  };
  IMAGE_QUOTA: { IMAGE: Array<{ ID: number; RVMS: number }> };
};

export type Group = {
  ID: number;
  NAME: string;
  TEMPLATE: Attributes;
  USERS: { ID: Array<number> };
  ADMINS: { ID: Array<number> };
  DATASTORE_QUOTA: {
    DATASTORE: Array<{ ID: number; IMAGES: number; IMAGES_USED: number; SIZE: number; SIZE_USED: number }>;
  };
  NETWORK_QUOTA: { NETWORK: Array<{ ID: number; LEASES: number; LEASES_USED: number }> };
  VM_QUOTA: {
    VM?: {
      CPU: number;
      CPU_USED: number;
      MEMORY: number;
      MEMORY_USED: number;
      RUNNING_CPU: number;
      RUNNING_CPU_USED: number;
      RUNNING_MEMORY: number;
      RUNNING_MEMORY_USED: number;
      RUNNING_VMS: number;
      RUNNING_VMS_USED: number;
      SYSTEM_DISK_SIZE: number;
      SYSTEM_DISK_SIZE_USED: number;
      VMS: number;
      VMS_USED: number;
    };
  };
  IMAGE_QUOTA: { IMAGE: Array<{ ID: number; RVMS: number; RVMS_USED: number }> };
  DEFAULT_GROUP_QUOTAS: DefaultUserQuotas;
};

export type BackupJob = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  PRIORITY: number;
  LAST_BACKUP_TIME: number;
  LAST_BACKUP_DURATION: number;
  SCHED_ACTIONS: { ID: Array<number> };
  UPDATED_VMS: { ID: Array<number> };
  OUTDATED_VMS: { ID: Array<number> };
  BACKING_UP_VMS: { ID: Array<number> };
  ERROR_VMS: { ID: Array<number> };
  TEMPLATE: {
    BACKUP_VMS?: string;
    BACKUP_VOLATILE?: 'YES' | 'NO';
    DATASTORE_ID?: number;
    ERROR?: string;
    EXECUTION?: string;
    FS_FREEZE?: string;
    KEEP_DAILY?: number;
    KEEP_LAST?: number;
    KEEP_MONTHLY?: number;
    KEEP_WEEKLY?: number;
    KEEP_YEARLY?: number;
    MODE?: string;
    RESET?: 'YES' | 'NO';
    SCHED_ACTION: Array<{
      ID: number;
      PARENT_ID: number;
      TYPE: 'VM' | 'BACKUPJOB';
      ACTION: string;
      ARGS: string;
      TIME: number;
      REPEAT: number;
      DAYS: string;
      END_TYPE: number;
      END_VALUE: number;
      DONE: number;
      MESSAGE: string;
      WARNING?: number;
    }>;
    [name: string]: Attribute | undefined;
  };
};

export type JobSelection = {
  TOTAL: number;
  SIZE_MB: number;
  VM: Array<{
    ID: number;
    NAME: string;
    UNAME: string;
    GNAME: string;
    STATE: number;
    LCM_STATE: number;
    HOW: 'listed' | 'selected';
    SIZE: number;
  }>;
  GONE: { ID: Array<number> };
  ELSEWHERE: Array<{ ID: number; NAME: string; JOB_ID: number }>;
  REFUSED: Array<{ ID: number; NAME: string; REASON: string }>;
};

export type Zone = {
  ID: number;
  NAME: string;
  STATE: number;
  TEMPLATE: { ENDPOINT: string; [name: string]: Attribute | undefined };
  SERVER_POOL: { SERVER: Array<{ ENDPOINT: string; ID: number; NAME: string; [name: string]: Attribute | undefined }> };
};

export type SecurityGroup = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  UPDATED_VMS: { ID: Array<number> };
  OUTDATED_VMS: { ID: Array<number> };
  UPDATING_VMS: { ID: Array<number> };
  ERROR_VMS: { ID: Array<number> };
  TEMPLATE: {
    DESCRIPTION?: string;
    RULE: Array<{ PROTOCOL: string; RULE_TYPE: string; [name: string]: Attribute | undefined }>;
    [name: string]: Attribute | undefined;
  };
};

export type Vdc = {
  ID: number;
  NAME: string;
  GROUPS: { ID: Array<number> };
  CLUSTERS: { CLUSTER: Array<{ ZONE_ID: number; CLUSTER_ID: number }> };
  HOSTS: { HOST: Array<{ ZONE_ID: number; HOST_ID: number }> };
  DATASTORES: { DATASTORE: Array<{ ZONE_ID: number; DATASTORE_ID: number }> };
  VNETS: { VNET: Array<{ ZONE_ID: number; VNET_ID: number }> };
  TEMPLATE: Attributes;
};

export type Audit = {
  SEQ: number;
  TIME: number;
  UID: number;
  USER: string;
  METHOD: string;
  OBJECT: string;
  ON: Array<{ NAME: string; VALUE: string }>;
  ATTRIBUTE: Array<string>;
  ENDED: number;
  END_TIME: number;
  CODE: number;
  RESULT: number;
  FROM: string;
  BY: string;
  NODE: string;
  HASH: string;
};

export type Run = {
  ID: string;
  VM_ID: number;
  VM_NAME: string;
  KIND: 'backup' | 'restore' | 'flatten' | 'verify' | 'drill' | 'prune' | 'check' | 'rescan' | 'copy' | 'self';
  TYPE: 'FULL' | 'INCREMENT' | '';
  WHY: string;
  REASON: string;
  RESULT: 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';
  PHASE: string;
  WAITS: string;
  ASKED_BY: 'user' | 'schedule' | 'job' | 'policy' | '';
  ASKED_ID: number;
  UID: number;
  DATASTORE_ID: number;
  HOST_ID: number;
  IMAGE_ID: number;
  INCREMENT_ID: number;
  START: number;
  BEGIN: number;
  END: number;
  BYTES_READ: number;
  BYTES_SENT: number;
  BYTES_STORED: number;
  BYTES_DONE: number;
  BYTES_TOTAL: number;
  RATE: number;
  TIME_LEFT: number;
  RATE_LIMIT: number;
  HINT: string;
  STEP: Array<{ PHASE: string; TIME: number }>;
  WARNING: Array<string>;
};

export type VmEntry = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  LAST_POLL: number;
  STATE: number;
  LCM_STATE: number;
  RESCHED: number;
  STIME: number;
  ETIME: number;
  DEPLOY_ID: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  TEMPLATE: {
    CPU?: string;
    MEMORY?: string;
    VCPU?: string;
    DISK: Array<{ TYPE: string; [name: string]: Attribute | undefined }>;
    NIC: Array<Attributes>;
    GRAPHICS?: Attributes;
  };
  MONITORING: {
    CPU?: number;
    DISK_SIZE: Array<{ ID: number; SIZE: number }>;
    MEMORY?: number;
    NETRX?: number;
    NETTX?: number;
    ID?: number;
    TIMESTAMP?: number;
    [name: string]: Attribute | undefined;
  };
  USER_TEMPLATE: Attributes;
  HISTORY_RECORDS: {
    HISTORY?: {
      OID: number;
      SEQ: number;
      HOSTNAME: string;
      HID: number;
      CID: number;
      DS_ID: number;
      VM_MAD: string;
      TM_MAD: string;
      ACTION: number;
    };
  };
};

export type VmEntry2 = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  STATE: number;
  LCM_STATE: number;
  KIND: 'protected' | 'overdue' | 'unprotected';
  REASON: string;
  LAST_BACKUP: number;
  MAX_AGE: number;
  NEXT_BACKUP: number;
  SCHEDULES: number;
  JOB_ID: number;
  PROVEN_POINT?: {
    IMAGE_ID: number;
    INCREMENT_ID: number;
    DATE: number;
    PROVEN: number;
    PROVEN_TIME: number;
    PROVEN_BY: string;
  };
};

export type VnetEntry = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  CLUSTERS: { ID: Array<number> };
  BRIDGE: string;
  BRIDGE_TYPE: string;
  STATE: number;
  PREV_STATE: number;
  PARENT_NETWORK_ID: string;
  VN_MAD: string;
  PHYDEV: string;
  VLAN_ID: string;
  OUTER_VLAN_ID: string;
  VLAN_ID_AUTOMATIC: number;
  OUTER_VLAN_ID_AUTOMATIC: number;
  USED_LEASES: number;
  VROUTERS: { ID: Array<number> };
  UPDATED_VMS: { ID: Array<number> };
  OUTDATED_VMS: { ID: Array<number> };
  UPDATING_VMS: { ID: Array<number> };
  ERROR_VMS: { ID: Array<number> };
  TEMPLATE: Attributes;
  AR_POOL: {
    AR: Array<{
      AR_ID: number;
      GLOBAL_PREFIX?: string;
      IP?: string;
      MAC: string;
      SIZE: number;
      TYPE: 'IP4' | 'IP6' | 'IP6_STATIC' | 'IP4_6' | 'IP4_6_STATIC' | 'ETHER';
      ULA_PREFIX?: string;
      [name: string]: Attribute | undefined;
    }>;
  };
};

export type UserEntry = {
  ID: number;
  GID: number;
  GROUPS: { ID: Array<number> };
  GNAME: string;
  NAME: string;
  PASSWORD: string;
  AUTH_DRIVER: string;
  ENABLED: number;
  LOGIN_TOKEN: Array<{ TOKEN: string; EXPIRATION_TIME: number; EGID: number; SCOPE?: string; SESSION?: 'YES' | 'NO' }>;
  TEMPLATE: Attributes;
};

export type Quotas = {
  ID: number;
  DATASTORE_QUOTA: {
    DATASTORE: Array<{ ID: number; IMAGES: number; IMAGES_USED: number; SIZE: number; SIZE_USED: number }>;
  };
  NETWORK_QUOTA: { NETWORK: Array<{ ID: number; LEASES: number; LEASES_USED: number }> };
  VM_QUOTA: {
    VM?: {
      CPU: number;
      CPU_USED: number;
      MEMORY: number;
      MEMORY_USED: number;
      RUNNING_CPU: number;
      RUNNING_CPU_USED: number;
      RUNNING_MEMORY: number;
      RUNNING_MEMORY_USED: number;
      RUNNING_VMS: number;
      RUNNING_VMS_USED: number;
      SYSTEM_DISK_SIZE: number;
      SYSTEM_DISK_SIZE_USED: number;
      VMS: number;
      VMS_USED: number;
    };
  };
  IMAGE_QUOTA: { IMAGE: Array<{ ID: number; RVMS: number; RVMS_USED: number }> };
};

export type GroupEntry = {
  ID: number;
  NAME: string;
  TEMPLATE: Attributes;
  USERS: { ID: Array<number> };
  ADMINS: { ID: Array<number> };
};

export type Acl = { ID: number; USER: string; RESOURCE: string; RIGHTS: string; ZONE: string; STRING: string };

export type BackupJobEntry = {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  LOCK?: { LOCKED: number; OWNER: number; TIME: number; REQ_ID: number };
  PERMISSIONS: {
    OWNER_U: number;
    OWNER_M: number;
    OWNER_A: number;
    GROUP_U: number;
    GROUP_M: number;
    GROUP_A: number;
    OTHER_U: number;
    OTHER_M: number;
    OTHER_A: number;
  };
  PRIORITY: number;
  LAST_BACKUP_TIME: number;
  LAST_BACKUP_DURATION: number;
  SCHED_ACTIONS: { ID: Array<number> };
  UPDATED_VMS: { ID: Array<number> };
  OUTDATED_VMS: { ID: Array<number> };
  BACKING_UP_VMS: { ID: Array<number> };
  ERROR_VMS: { ID: Array<number> };
  TEMPLATE: {
    BACKUP_VMS?: string;
    BACKUP_VOLATILE?: 'YES' | 'NO';
    DATASTORE_ID?: number;
    ERROR?: string;
    EXECUTION?: string;
    FS_FREEZE?: string;
    KEEP_DAILY?: number;
    KEEP_LAST?: number;
    KEEP_MONTHLY?: number;
    KEEP_WEEKLY?: number;
    KEEP_YEARLY?: number;
    MODE?: string;
    RESET?: 'YES' | 'NO';
    [name: string]: Attribute | undefined;
  };
};

export interface Methods {
  'one.acl.addrule': { params: { user: string; resource: string; rights: string; zone?: string }; result: number };
  'one.acl.delrule': { params: { id: number }; result: number };
  'one.acl.info': { params: Record<string, never>; result: { ACL_POOL: { ACL: Array<Acl> } } };
  'one.backupjob.allocate': { params: { template: string }; result: number };
  'one.backupjob.backup': { params: { id: number }; result: number };
  'one.backupjob.cancel': { params: { id: number }; result: number };
  'one.backupjob.chmod': {
    params: {
      id: number;
      ownerUse: number;
      ownerManage: number;
      ownerAdmin: number;
      groupUse: number;
      groupManage: number;
      groupAdmin: number;
      otherUse: number;
      otherManage: number;
      otherAdmin: number;
    };
    result: number;
  };
  'one.backupjob.chown': { params: { id: number; userId: number; groupId: number }; result: number };
  'one.backupjob.delete': { params: { id: number }; result: number };
  'one.backupjob.info': { params: { id: number; decrypt?: boolean }; result: { BACKUPJOB: BackupJob } };
  'one.backupjob.lock': { params: { id: number; level: number; test?: boolean }; result: number };
  'one.backupjob.priority': { params: { id: number; priority: number }; result: number };
  'one.backupjob.rename': { params: { id: number; name: string }; result: number };
  'one.backupjob.retry': { params: { id: number }; result: number };
  'one.backupjob.runs': { params: { id: number; limit?: number }; result: { RUN_POOL: { RUN: Array<Run> } } };
  'one.backupjob.schedadd': { params: { id: number; template: string }; result: number };
  'one.backupjob.scheddelete': { params: { id: number; actionId: number }; result: number };
  'one.backupjob.schedupdate': { params: { id: number; actionId: number; template: string }; result: number };
  'one.backupjob.selection': {
    params: { template: string; id?: number; limit?: number };
    result: { JOB_SELECTION: JobSelection };
  };
  'one.backupjob.unlock': { params: { id: number }; result: number };
  'one.backupjob.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.backupjobpool.info': {
    params: { filter: number; from: number; to: number };
    result: { BACKUPJOB_POOL: { BACKUPJOB: Array<BackupJobEntry> } };
  };
  'one.cluster.adddatastore': { params: { id: number; datastoreId: number }; result: number };
  'one.cluster.addhost': { params: { id: number; hostId: number }; result: number };
  'one.cluster.addvnet': { params: { id: number; networkId: number }; result: number };
  'one.cluster.allocate': { params: { name: string }; result: number };
  'one.cluster.deldatastore': { params: { id: number; datastoreId: number }; result: number };
  'one.cluster.delete': { params: { id: number }; result: number };
  'one.cluster.delhost': { params: { id: number; hostId: number }; result: number };
  'one.cluster.delvnet': { params: { id: number; networkId: number }; result: number };
  'one.cluster.info': { params: { id: number; decrypt?: boolean }; result: { CLUSTER: Cluster } };
  'one.cluster.rename': { params: { id: number; name: string }; result: number };
  'one.cluster.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.clusterpool.info': { params: Record<string, never>; result: { CLUSTER_POOL: { CLUSTER: Array<Cluster> } } };
  'one.datastore.allocate': { params: { template: string; clusterId?: number }; result: number };
  'one.datastore.chmod': {
    params: {
      id: number;
      ownerUse: number;
      ownerManage: number;
      ownerAdmin: number;
      groupUse: number;
      groupManage: number;
      groupAdmin: number;
      otherUse: number;
      otherManage: number;
      otherAdmin: number;
    };
    result: number;
  };
  'one.datastore.chown': { params: { id: number; userId: number; groupId: number }; result: number };
  'one.datastore.delete': { params: { id: number }; result: number };
  'one.datastore.enable': { params: { id: number; enable: boolean }; result: number };
  'one.datastore.fill': { params: { id: number; days?: number }; result: { DATASTORE_FILL: DatastoreFill } };
  'one.datastore.info': { params: { id: number; decrypt?: boolean }; result: { DATASTORE: Datastore } };
  'one.datastore.rename': { params: { id: number; name: string }; result: number };
  'one.datastore.rescan': { params: { id: number }; result: string };
  'one.datastore.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.datastorepool.info': {
    params: Record<string, never>;
    result: { DATASTORE_POOL: { DATASTORE: Array<Datastore> } };
  };
  'one.group.addadmin': { params: { id: number; userId: number }; result: number };
  'one.group.allocate': { params: { name: string }; result: number };
  'one.group.deladmin': { params: { id: number; userId: number }; result: number };
  'one.group.delete': { params: { id: number }; result: number };
  'one.group.info': { params: { id?: number; decrypt?: boolean }; result: { GROUP: Group } };
  'one.group.quota': { params: { id: number; template: string }; result: number };
  'one.group.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.grouppool.info': {
    params: Record<string, never>;
    result: {
      GROUP_POOL: { GROUP: Array<GroupEntry>; QUOTAS: Array<Quotas>; DEFAULT_GROUP_QUOTAS: DefaultUserQuotas };
    };
  };
  'one.groupquota.info': { params: Record<string, never>; result: { DEFAULT_GROUP_QUOTAS: DefaultUserQuotas } };
  'one.groupquota.update': { params: { template: string }; result: { DEFAULT_GROUP_QUOTAS: DefaultUserQuotas } };
  'one.host.allocate': {
    params: { name: string; imMad: string; vmMad: string; clusterId?: number; template?: string };
    result: number;
  };
  'one.host.delete': { params: { id: number }; result: number };
  'one.host.info': { params: { id: number; decrypt?: boolean }; result: { HOST: Host } };
  'one.host.monitoring': { params: { id: number }; result: { MONITORING_DATA: MonitoringData2 } };
  'one.host.rename': { params: { id: number; name: string }; result: number };
  'one.host.sshkeys': { params: { address: string }; result: string };
  'one.host.status': { params: { id: number; status: number }; result: number };
  'one.host.sync': { params: { id: number }; result: string };
  'one.host.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.hostpool.info': { params: Record<string, never>; result: { HOST_POOL: { HOST: Array<Host> } } };
  'one.hostpool.monitoring': { params: { seconds?: number }; result: { MONITORING_DATA: MonitoringData2 } };
  'one.image.allocate': {
    params: { template: string; datastoreId: number; noCapacityCheck?: boolean };
    result: number;
  };
  'one.image.cancel': { params: { id: number }; result: number };
  'one.image.chmod': {
    params: {
      id: number;
      ownerUse: number;
      ownerManage: number;
      ownerAdmin: number;
      groupUse: number;
      groupManage: number;
      groupAdmin: number;
      otherUse: number;
      otherManage: number;
      otherAdmin: number;
    };
    result: number;
  };
  'one.image.chown': { params: { id: number; userId: number; groupId: number }; result: number };
  'one.image.chtype': { params: { id: number; type: string }; result: number };
  'one.image.clone': { params: { id: number; name: string; datastoreId?: number }; result: number };
  'one.image.copy': { params: { id: number; datastoreId: number }; result: number };
  'one.image.delete': { params: { id: number; force?: boolean }; result: number };
  'one.image.drill': { params: { id: number; increment?: number; options?: string }; result: number };
  'one.image.enable': { params: { id: number; enable: boolean }; result: number };
  'one.image.info': { params: { id: number; decrypt?: boolean }; result: { IMAGE: Image } };
  'one.image.lock': { params: { id: number; level: number; test?: boolean }; result: number };
  'one.image.persistent': { params: { id: number; enable: boolean }; result: number };
  'one.image.pin': { params: { id: number; increment: number; template: string }; result: number };
  'one.image.rename': { params: { id: number; name: string }; result: number };
  'one.image.restore': { params: { id: number; datastoreId: number; options?: string }; result: string };
  'one.image.restoreplan': {
    params: { id: number; datastoreId: number; options?: string };
    result: { RESTORE_PLAN: RestorePlan };
  };
  'one.image.retention': { params: { id: number; template?: string }; result: { RETENTION: Retention } };
  'one.image.snapshotdelete': { params: { id: number; snapshotId: number }; result: number };
  'one.image.snapshotflatten': { params: { id: number; snapshotId: number }; result: number };
  'one.image.snapshotrevert': { params: { id: number; snapshotId: number }; result: number };
  'one.image.unlock': { params: { id: number }; result: number };
  'one.image.unpin': { params: { id: number; increment: number }; result: number };
  'one.image.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.image.verify': { params: { id: number; increment?: number }; result: number };
  'one.imagepool.info': {
    params: { filter: number; from: number; to: number };
    result: { IMAGE_POOL: { IMAGE: Array<Image> } };
  };
  'one.secgroup.info': { params: { id: number; decrypt?: boolean }; result: { SECURITY_GROUP: SecurityGroup } };
  'one.secgrouppool.info': {
    params: Record<string, never>;
    result: { SECURITY_GROUP_POOL: { SECURITY_GROUP: Array<SecurityGroup> } };
  };
  'one.system.audit': {
    params: { filter?: string; before?: number; limit?: number };
    result: { AUDIT_POOL: { AUDIT: Array<Audit> } };
  };
  'one.system.auditverify': { params: Record<string, never>; result: { AUDIT_CHECK: AuditCheck } };
  'one.system.backupself': { params: { datastoreId: number }; result: string };
  'one.system.backupstatus': { params: { limit?: number }; result: { BACKUP_STATUS: BackupStatus } };
  'one.system.calendar': { params: { from: number; to: number }; result: { CALENDAR: Calendar } };
  'one.system.config': { params: Record<string, never>; result: { OPENNEBULA_CONFIGURATION: Attributes } };
  'one.system.nodes': { params: Record<string, never>; result: { NODES: Nodes } };
  'one.system.occurrences': { params: { template: string; count?: number }; result: { OCCURRENCES: Occurrences } };
  'one.system.runfigures': {
    params: { days?: number; vmId?: number; kind?: string; most?: number };
    result: { RUN_FIGURES: RunFigures };
  };
  'one.system.runs': {
    params: { filter?: string; offset?: number; limit?: number };
    result: { RUN_POOL: { RUN: Array<Run> } };
  };
  'one.system.summary': { params: Record<string, never>; result: { SUMMARY: Summary } };
  'one.system.version': { params: Record<string, never>; result: string };
  'one.template.allocate': { params: { template: string }; result: number };
  'one.template.chmod': {
    params: {
      id: number;
      ownerUse: number;
      ownerManage: number;
      ownerAdmin: number;
      groupUse: number;
      groupManage: number;
      groupAdmin: number;
      otherUse: number;
      otherManage: number;
      otherAdmin: number;
      recursive?: boolean;
    };
    result: number;
  };
  'one.template.chown': { params: { id: number; userId: number; groupId: number }; result: number };
  'one.template.clone': { params: { id: number; name: string; recursive?: boolean }; result: number };
  'one.template.delete': { params: { id: number; recursive?: boolean }; result: number };
  'one.template.info': {
    params: { id: number; extended?: boolean; decrypt?: boolean };
    result: { VMTEMPLATE: Template };
  };
  'one.template.instantiate': {
    params: { id: number; name?: string; hold?: boolean; extraTemplate?: string; persistent?: boolean };
    result: number;
  };
  'one.template.lock': { params: { id: number; level: number; test?: boolean }; result: number };
  'one.template.rename': { params: { id: number; name: string }; result: number };
  'one.template.unlock': { params: { id: number }; result: number };
  'one.template.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.templatepool.info': {
    params: { filter: number; from: number; to: number };
    result: { VMTEMPLATE_POOL: { VMTEMPLATE: Array<Template> } };
  };
  'one.user.addgroup': { params: { id: number; groupId: number }; result: number };
  'one.user.allocate': {
    params: { name: string; password: string; driver?: string; groupIds?: number[] };
    result: number;
  };
  'one.user.chauth': { params: { id: number; driver: string; password?: string }; result: number };
  'one.user.chgrp': { params: { id: number; groupId: number }; result: number };
  'one.user.delete': { params: { id: number }; result: number };
  'one.user.delgroup': { params: { id: number; groupId: number }; result: number };
  'one.user.enable': { params: { id: number; enable: boolean }; result: number };
  'one.user.info': { params: { id?: number; decrypt?: boolean }; result: { USER: User } };
  'one.user.login': {
    params: { name: string; token: string; seconds: number; egid?: number; scope?: string };
    result: string;
  };
  'one.user.passwd': { params: { id: number; password: string }; result: number };
  'one.user.quota': { params: { id: number; template: string }; result: number };
  'one.user.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.userpool.info': {
    params: Record<string, never>;
    result: { USER_POOL: { USER: Array<UserEntry>; QUOTAS: Array<Quotas>; DEFAULT_USER_QUOTAS: DefaultUserQuotas } };
  };
  'one.userquota.info': { params: Record<string, never>; result: { DEFAULT_USER_QUOTAS: DefaultUserQuotas } };
  'one.userquota.update': { params: { template: string }; result: { DEFAULT_USER_QUOTAS: DefaultUserQuotas } };
  'one.vdc.info': { params: { id: number; decrypt?: boolean }; result: { VDC: Vdc } };
  'one.vdcpool.info': { params: Record<string, never>; result: { VDC_POOL: { VDC: Array<Vdc> } } };
  'one.vm.action': { params: { action: string; id: number }; result: number };
  'one.vm.allocate': { params: { template: string; hold?: boolean }; result: number };
  'one.vm.attach': { params: { id: number; template: string }; result: number };
  'one.vm.attachnic': { params: { id: number; template: string }; result: number };
  'one.vm.attachpci': { params: { id: number; template: string }; result: number };
  'one.vm.attachsg': { params: { id: number; nicId: number; securityGroupId: number }; result: number };
  'one.vm.backup': { params: { id: number; datastoreId?: number; reset?: boolean }; result: number };
  'one.vm.backupcancel': { params: { id: number }; result: number };
  'one.vm.backupplan': {
    params: { id: number; datastoreId?: number; reset?: boolean };
    result: { BACKUP_PLAN: BackupPlan };
  };
  'one.vm.backupruns': { params: { id: number; limit?: number }; result: { RUN_POOL: { RUN: Array<Run> } } };
  'one.vm.chmod': {
    params: {
      id: number;
      ownerUse: number;
      ownerManage: number;
      ownerAdmin: number;
      groupUse: number;
      groupManage: number;
      groupAdmin: number;
      otherUse: number;
      otherManage: number;
      otherAdmin: number;
    };
    result: number;
  };
  'one.vm.chown': { params: { id: number; userId: number; groupId: number }; result: number };
  'one.vm.deploy': {
    params: { id: number; hostId: number; enforce?: boolean; datastoreId?: number; extraTemplate?: string };
    result: number;
  };
  'one.vm.detach': { params: { id: number; diskId: number }; result: number };
  'one.vm.detachnic': { params: { id: number; nicId: number }; result: number };
  'one.vm.detachpci': { params: { id: number; pciId: number }; result: number };
  'one.vm.detachsg': { params: { id: number; nicId: number; securityGroupId: number }; result: number };
  'one.vm.diskresize': { params: { id: number; diskId: number; size: string }; result: number };
  'one.vm.disksaveas': {
    params: { id: number; diskId: number; name: string; type?: string; snapshotId?: number };
    result: number;
  };
  'one.vm.disksnapshotcreate': { params: { id: number; diskId: number; name?: string }; result: number };
  'one.vm.disksnapshotdelete': { params: { id: number; diskId: number; snapshotId: number }; result: number };
  'one.vm.disksnapshotrename': {
    params: { id: number; diskId: number; snapshotId: number; name: string };
    result: number;
  };
  'one.vm.disksnapshotrevert': { params: { id: number; diskId: number; snapshotId: number }; result: number };
  'one.vm.eligibility': { params: { id: number }; result: { ELIGIBILITY: Eligibility } };
  'one.vm.info': { params: { id: number; decrypt?: boolean }; result: { VM: Vm } };
  'one.vm.lock': { params: { id: number; level: number; test?: boolean }; result: number };
  'one.vm.migrate': {
    params: { id: number; hostId: number; live?: boolean; enforce?: boolean; datastoreId?: number; type?: number };
    result: number;
  };
  'one.vm.monitoring': { params: { id: number }; result: { MONITORING_DATA: MonitoringData } };
  'one.vm.recover': { params: { id: number; operation: number }; result: number };
  'one.vm.rename': { params: { id: number; name: string }; result: number };
  'one.vm.resize': { params: { id: number; template: string; enforce?: boolean }; result: number };
  'one.vm.restore': {
    params: { id: number; imageId: number; increment?: number; diskId?: number; force?: boolean };
    result: number;
  };
  'one.vm.restoreinstant': { params: { id: number; datastoreId?: number; options?: string }; result: number };
  'one.vm.restoreplan': {
    params: { id: number; imageId: number; increment?: number; diskId?: number; force?: boolean };
    result: { RESTORE_PLAN: RestorePlan };
  };
  'one.vm.restoreresume': { params: { id: number }; result: number };
  'one.vm.schedadd': { params: { id: number; template: string }; result: number };
  'one.vm.scheddelete': { params: { id: number; actionId: number }; result: number };
  'one.vm.schedupdate': { params: { id: number; actionId: number; template: string }; result: number };
  'one.vm.snapshotcreate': { params: { id: number; name?: string }; result: number };
  'one.vm.snapshotdelete': { params: { id: number; snapshotId: number }; result: number };
  'one.vm.snapshotrevert': { params: { id: number; snapshotId: number }; result: number };
  'one.vm.unlock': { params: { id: number }; result: number };
  'one.vm.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.vm.updateconf': { params: { id: number; template: string; append?: number }; result: number };
  'one.vm.updatenic': { params: { id: number; nicId: number; template: string; append?: number }; result: number };
  'one.vmpool.accounting': {
    params: { filter: number; from?: number; until?: number };
    result: { HISTORY_RECORDS: HistoryRecords };
  };
  'one.vmpool.info': {
    params: { filter: number; from: number; to: number; state?: number; query?: string };
    result: { VM_POOL: { VM: Array<VmEntry> } };
  };
  'one.vmpool.infoextended': {
    params: { filter: number; from: number; to: number; state?: number; query?: string };
    result: { VM_POOL: { VM: Array<Vm> } };
  };
  'one.vmpool.infoset': { params: { ids: string; extended?: boolean }; result: number };
  'one.vmpool.monitoring': {
    params: { filter: number; seconds?: number };
    result: { MONITORING_DATA: MonitoringData };
  };
  'one.vmpool.protection': {
    params: { filter: number; from: number; to: number; kind?: string };
    result: { PROTECTION_POOL: { VM: Array<VmEntry2> } };
  };
  'one.vn.add_ar': { params: { id: number; template: string }; result: number };
  'one.vn.allocate': { params: { template: string; clusterId?: number }; result: number };
  'one.vn.chmod': {
    params: {
      id: number;
      ownerUse: number;
      ownerManage: number;
      ownerAdmin: number;
      groupUse: number;
      groupManage: number;
      groupAdmin: number;
      otherUse: number;
      otherManage: number;
      otherAdmin: number;
    };
    result: number;
  };
  'one.vn.chown': { params: { id: number; userId: number; groupId: number }; result: number };
  'one.vn.delete': { params: { id: number }; result: number };
  'one.vn.free_ar': { params: { id: number; rangeId: number }; result: number };
  'one.vn.hold': { params: { id: number; template: string }; result: number };
  'one.vn.info': { params: { id: number; decrypt?: boolean }; result: { VNET: Vnet } };
  'one.vn.lock': { params: { id: number; level: number; test?: boolean }; result: number };
  'one.vn.release': { params: { id: number; template: string }; result: number };
  'one.vn.rename': { params: { id: number; name: string }; result: number };
  'one.vn.reserve': { params: { id: number; template: string }; result: number };
  'one.vn.rm_ar': { params: { id: number; rangeId: number; force?: boolean }; result: number };
  'one.vn.unlock': { params: { id: number }; result: number };
  'one.vn.update': { params: { id: number; template: string; append?: number }; result: number };
  'one.vn.update_ar': { params: { id: number; template: string }; result: number };
  'one.vnpool.info': {
    params: { filter: number; from: number; to: number };
    result: { VNET_POOL: { VNET: Array<VnetEntry> } };
  };
  'one.zone.info': { params: { id: number; decrypt?: boolean }; result: { ZONE: Zone } };
  'one.zonepool.info': { params: Record<string, never>; result: { ZONE_POOL: { ZONE: Array<Zone> } } };
}
