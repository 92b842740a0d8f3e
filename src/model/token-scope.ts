// What a login token may be limited to.

export const SCOPES = ['read', 'backup', 'restore'] as const;
export type Scope = (typeof SCOPES)[number];
