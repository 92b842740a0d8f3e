// What the attributes of datastores are called in forms, and what they mean.
export const datastoreFields = {
  VERIFY: {
    label: 'Read each backup back',
    hint: 'Every backup is verified after it was taken. By default it is not.',
  },
  APPEND_ONLY: {
    label: 'Nothing can be removed',
    hint: 'Its server lets nobody remove what it has: retention tells what it would drop, and leaves it. By default it does not.',
  },
  CHECK: { label: 'Check what it holds', hint: 'A part of the data is checked at a time. By default it is.' },
  CHECK_INTERVAL: { label: 'Seconds between checks', hint: 'By default a day, 86400.' },
  CHECK_PARTS: { label: 'Checks until all data was read', hint: 'By default 30.' },
  MAX_BACKUPS: {
    label: 'Backups at the same time',
    hint: 'So many are stored in it at once. By default there is no limit.',
  },
  BACKUP_WEIGHT: {
    label: 'Weight',
    hint: 'A datastore with twice the weight of another gets twice the turns. By default 10.',
  },
  BANDWIDTH: {
    label: 'Bandwidth in MB per second',
    hint: 'Of all its runs together; each gets its share. By default as much as they can.',
  },
  COPY_TO: { label: 'Copy backups to', hint: 'Id of another backup datastore. By default there is no copy.' },
  COPY_KEEP_LAST: {
    label: 'Copies kept',
    hint: 'Points of a machine, of the copies in this datastore. By default all.',
  },
  FLATTEN_SHARE: {
    label: 'Percent of growth before a base is rewritten',
    hint: 'What lies over the base of a chain may reach this share of it. By default 50.',
  },
  PRUNE_INTERVAL: {
    label: 'Seconds between prunes',
    hint: 'A prune gives the space of removed backups back. By default 3600.',
  },
  PRUNE_BUDGET: { label: 'Seconds that a prune may take', hint: 'What is left follows with the next. By default 600.' },
  LIMIT_MB: { label: 'Limit in MB', hint: 'Backups may use this much of it. By default all.' },
  DATASTORE_CAPACITY_CHECK: {
    label: 'Refuse what does not fit',
    hint: 'A backup that is expected to take more than is free is refused. By default it is.',
  },
  RESTIC_PASSWORD: {
    label: 'Password of the repository',
    hint: 'Encrypts the backups. Keep it elsewhere too: without it they cannot be read.',
  },
  RESTIC_BACKEND: { label: 'Where the repository is', hint: 'LOCAL is a directory of this machine.' },
  RESTIC_PATH: { label: 'Directory', hint: 'An absolute path. By default the directory of the datastore.' },
  RESTIC_LAYOUT: {
    label: 'Layout of disks',
    hint: 'QCOW2: files that build on each other, the default. SLICES: every point complete in itself. After a change the next backup begins a new chain.',
  },
  RESTIC_COMPRESSION: { label: 'Compression', hint: 'Of new data. By default what restic chooses.' },
  RESTIC_CONNECTIONS: { label: 'Operations at once', hint: '1 to 64.' },
  RESTIC_BWLIMIT: { label: 'Bandwidth in KiB/s', hint: 'In each direction. By default without a limit.' },
  RESTIC_MAXPROC: { label: 'Processors', hint: 'That restic may use. By default all.' },
  RESTIC_NICE: { label: 'Niceness', hint: '-19 to 19; the higher, the more others go first.' },
  RESTIC_IONICE: { label: 'I/O priority', hint: '0 (first) to 7 (last).' },
  RESTIC_PRUNE_MAX_UNUSED: {
    label: 'What may stay unused',
    hint: 'When space is given back: 500M, 2.5 %, unlimited. By default 5%.',
  },
  RESTIC_PRUNE_MAX_REPACK: {
    label: 'Most that a prune rewrites',
    hint: 'Bytes, or with K, M, G, T. By default without a limit.',
  },
  RESTIC_TMP_DIR: { label: 'Directory for temporary files', hint: 'Restic fills packs there before it stores them.' },
  RESTIC_CPU_QUOTA: {
    label: 'Limit of processor time',
    hint: 'Percent of one processor, of all programs of the datastore together.',
  },
  RESTIC_MEMORY_MAX_MB: {
    label: 'Limit of memory in MB',
    hint: 'Of all programs of the datastore together, 64 at least.',
  },
  RESTIC_MAX_RIOPS: { label: 'Reads a second', hint: 'Limit of reads from a device.' },
  RESTIC_MAX_WIOPS: { label: 'Writes a second', hint: 'Limit of writes to a device.' },
  RESTIC_STALL_SEC: {
    label: 'Seconds of silence',
    hint: 'A command that says nothing for so long is ended. By default 300.',
  },
  TOTAL_MB: {
    label: 'Capacity in MB',
    hint: 'What the server may hold, which nobody can measure. By default 1048576.',
  },
  RESTIC_SFTP_SERVER: { label: 'Server', hint: 'Name or address of the machine that has the repository.' },
  RESTIC_SFTP_USER: { label: 'User', hint: 'By default oneadmin.' },
  RESTIC_SFTP_PORT: { label: 'Port', hint: "By default ssh's." },
  RESTIC_SFTP_PATH: { label: 'Directory on the server', hint: 'An absolute path.' },
  RESTIC_SFTP_KEY: {
    label: 'Private key',
    hint: 'The key, or the absolute path of a file with it. By default those of the user that OneVault runs as.',
  },
  RESTIC_SFTP_KNOWN_HOSTS: {
    label: 'Host keys',
    hint: 'Or the absolute path of a file with them. A host whose key is not among them is refused.',
  },
  RESTIC_S3_ENDPOINT: { label: 'Server', hint: 'A host, or a URL without a path. By default s3.amazonaws.com.' },
  RESTIC_S3_BUCKET: { label: 'Bucket', hint: 'It must be there.' },
  RESTIC_S3_PREFIX: {
    label: 'Place in the bucket',
    hint: 'Words between slashes. By default onevault- and the number of the datastore.',
  },
  RESTIC_S3_REGION: { label: 'Region', hint: 'By default us-east-1.' },
  RESTIC_S3_FORCE_PATH_STYLE: {
    label: 'Bucket in the path',
    hint: 'Instead of in the name of the host. By default not.',
  },
  RESTIC_S3_ACCESS_KEY_ID: { label: 'Access key', hint: 'It is kept encrypted.' },
  RESTIC_S3_SECRET_ACCESS_KEY: { label: 'Secret of the access key', hint: 'It is kept encrypted.' },
  RESTIC_S3_CACERT: {
    label: 'Certificate of the authority',
    hint: 'Or the absolute path of a file with it. By default those that the system trusts.',
  },
  RESTIC_S3_INSECURE_TLS: {
    label: 'Do not check the certificate',
    hint: 'Anybody in between could pass for the server.',
  },
  RESTIC_REST_URL: { label: 'URL', hint: 'The server and the place on it, without a user.' },
  RESTIC_REST_USER: { label: 'User', hint: 'By default none.' },
  RESTIC_REST_PASSWORD: { label: 'Password', hint: 'Needed with a user. It is kept encrypted.' },
  RESTIC_REST_CACERT: {
    label: 'Certificate of the authority',
    hint: 'Or the absolute path of a file with it. By default those that the system trusts.',
  },
  RESTIC_REST_INSECURE_TLS: {
    label: 'Do not check the certificate',
    hint: 'Anybody in between could pass for the server.',
  },
  RSYNC_BACKEND: { label: 'Where the directory is', hint: 'SSH is on another machine, LOCAL on this one.' },
  RSYNC_HOST: { label: 'Machine', hint: 'Name or address.' },
  RSYNC_USER: { label: 'User', hint: 'It owns the directory there.' },
  RSYNC_PATH: {
    label: 'Directory',
    hint: 'An absolute path. By default the directory of the datastore, under the same path there.',
  },
  RSYNC_SSH_PORT: { label: 'Port', hint: "By default ssh's." },
  RSYNC_SSH_KEY: {
    label: 'File of the private key',
    hint: 'An absolute path. By default those of the user that OneVault runs as.',
  },
  RSYNC_SSH_KNOWN_HOSTS: { label: 'File of host keys', hint: 'An absolute path. A host that is not in it is refused.' },
  RSYNC_ARGS: { label: 'Options of rsync', hint: 'By default -aS.' },
  RSYNC_BWLIMIT: { label: 'Bandwidth in KiB/s', hint: 'Of what is sent. By default without a limit.' },
  RSYNC_NICE: { label: 'Niceness', hint: '-19 to 19; the higher, the more others go first.' },
  RSYNC_IONICE: { label: 'I/O priority', hint: '0 (first) to 7 (last).' },
  RESTRICTED_DIRS: {
    label: 'Forbidden directories',
    hint: 'Images are not made of files below these. Blanks between them; / is all.',
  },
  SAFE_DIRS: { label: 'Allowed directories', hint: 'But they are of files below these.' },
} as const;
