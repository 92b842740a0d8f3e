// Unit tests start thousands of daemons, each with its users: what makes guessing passwords slow would be most of their time. The hashes
// look as they do elsewhere, and are made as those of old installations are. Tests with real programs keep the real cost.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const QUICK_N = 16;
const DONE = Symbol.for('onevault.quickPasswords');
const state = globalThis as { [DONE]?: true };

if (!state[DONE]) {
  state[DONE] = true;
  const slow = crypto.scrypt;
  type Hash = (password: string, salt: Buffer, bytes: number, cost: crypto.ScryptOptions, done: Callback) => void;
  type Callback = (error: Error | null, hash: Buffer) => void;
  const quick: Hash = (password, salt, bytes, cost, done) => {
    slow(password, salt, bytes, { ...cost, N: Math.min(cost.N ?? QUICK_N, QUICK_N) }, done);
  };
  crypto.scrypt = quick as typeof crypto.scrypt;
  syncBuiltinESMExports();
}
