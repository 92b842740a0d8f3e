// Attributes of datastores that hold secrets: encrypted where they are kept, never in logs and errors, masked to users. No other
// kind of object has any.

export const SECRET_ATTRIBUTES: ReadonlySet<string> = new Set([
  'RESTIC_PASSWORD',
  'RESTIC_S3_ACCESS_KEY_ID',
  'RESTIC_S3_SECRET_ACCESS_KEY',
  'RESTIC_REST_PASSWORD',
  'RESTIC_SFTP_KEY',
  'FAKE_PASSWORD',
]);
