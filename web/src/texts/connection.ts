// Texts of the connection to the daemon.
export const connection = {
  unreachable: 'OneVault does not answer.',
  lost: 'The connection to OneVault is lost. What is shown may be old; trying again.',
  opening: 'Connecting to OneVault',
  back: 'Connected again.',
  ended: 'Your session has ended. Please sign in again.',
};
