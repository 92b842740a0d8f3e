// `npm run sim`: a week of one node on SQLite; with --nodes a day of several nodes on PostgreSQL.
await (process.argv.some((one) => one.startsWith('--nodes')) ? import('./nodes.ts') : import('./week.ts'));
