// Numbers of the NBD protocol that this client speaks, named as in the protocol's document.

export const NEWSTYLE_MAGIC = 'NBDMAGICIHAVEOPT';
export const OPTION_MAGIC = 'IHAVEOPT';
/** 0x3e889045565a9 in two halves. */
export const OPTION_REPLY_MAGIC = { high: 0x3e889, low: 0x045565a9 } as const;
export const REQUEST_MAGIC = 0x25609513;
export const SIMPLE_REPLY_MAGIC = 0x67446698;
export const STRUCTURED_REPLY_MAGIC = 0x668e33ef;

export const REQUEST_BYTES = 28;
export const SIMPLE_REPLY_BYTES = 16;
export const CHUNK_HEADER_BYTES = 20;

export const HANDSHAKE_FLAG = { FIXED_NEWSTYLE: 1, NO_ZEROES: 2 } as const;

export const OPTION = { GO: 7, STRUCTURED_REPLY: 8, SET_META_CONTEXT: 10 } as const;

export const OPTION_REPLY = { ACK: 1, INFO: 3, META_CONTEXT: 4 } as const;

/** Option replies from here on are refusals. */
export const REFUSAL = 0x80000000;

export const REFUSALS: Readonly<Record<number, string>> = {
  1: 'ERR_UNSUP, the option is not supported',
  2: 'ERR_POLICY, it is forbidden by the server',
  3: 'ERR_INVALID, the request was not understood',
  4: 'ERR_PLATFORM, the server was built without it',
  5: 'ERR_TLS_REQD, the server wants TLS',
  6: 'ERR_UNKNOWN, there is no export of this name',
  7: 'ERR_SHUTDOWN, the server is shutting down',
  8: 'ERR_BLOCK_SIZE_REQD, the server wants its block size to be respected',
  9: 'ERR_TOO_BIG, the request is too large',
};

export const INFO = { EXPORT: 0, BLOCK_SIZE: 3 } as const;

export const COMMAND = { READ: 0, DISC: 2, BLOCK_STATUS: 7 } as const;

export const CHUNK_FLAG_DONE = 1;

export const CHUNK = {
  NONE: 0,
  OFFSET_DATA: 1,
  OFFSET_HOLE: 2,
  BLOCK_STATUS: 5,
  ERROR: 0x8001,
  ERROR_OFFSET: 0x8002,
} as const;

/** Chunk types with this bit are errors, known or not. */
export const CHUNK_ERROR_BIT = 0x8000;

/** Flags of the context base:allocation. */
export const STATE = { HOLE: 1, ZERO: 2 } as const;

export const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM',
  5: 'EIO',
  12: 'ENOMEM',
  22: 'EINVAL',
  28: 'ENOSPC',
  75: 'EOVERFLOW',
  95: 'ENOTSUP',
  108: 'ESHUTDOWN',
};
