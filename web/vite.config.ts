// Builds the console into var/console, and serves it while it is worked on; what is no file of the console goes to a daemon then.
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The daemon puts a new one in its place in every answer: what styles are made while the page runs is allowed by it. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';
const DAEMON = process.env['ONEVAULT_URL'] ?? 'http://127.0.0.1:2633';

// Vite wants its settings as the default export.
export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  plugins: [react()],
  html: command === 'build' ? { cspNonce: NONCE_PLACEHOLDER } : {},
  build: {
    outDir: join(import.meta.dirname, '../var/console'),
    emptyOutDir: true,
    target: 'es2023',
    manifest: true,
    // a data: address would need a hole in the policy for fonts and pictures
    assetsInlineLimit: 0,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: DAEMON, changeOrigin: false }, '/RPC2': { target: DAEMON, changeOrigin: false } },
  },
}));
