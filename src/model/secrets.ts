// Attributes that hold secrets: never in logs, errors or the API's output to those who may not see them.

export const SECRET_ATTRIBUTES: ReadonlySet<string> = new Set([
  'RESTIC_PASSWORD',
  'RESTIC_S3_ACCESS_KEY_ID',
  'RESTIC_S3_SECRET_ACCESS_KEY',
  'RESTIC_REST_PASSWORD',
  'FAKE_PASSWORD',
]);
