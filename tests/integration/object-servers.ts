// Real servers for restic on this machine for one test file: a REST server (rclone's) and one of S3 (s3rver, with a certificate of its
// own), each on its own port, with its data in a directory of its own.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:net';
import { run, start, type Running } from '../../src/exec/exec.ts';
import { freePort } from './sshd.ts';

const S3RVER = join(import.meta.dirname, '../../node_modules/s3rver/bin/s3rver.js');
export const BUCKET = 'vault';
export const REST_USER = { user: 'oneadmin', password: "p:a/ss@wö'rd %41" };

export async function hasRclone(): Promise<boolean> {
  const found = await run(['which', 'rclone']).then(
    () => true,
    () => false,
  );
  if (!found) console.log('skipped: the REST and S3 servers of the tests need rclone; scripts/setup.sh servers does');
  return found;
}

/** A server that was started; `address` is host and port. */
export class TestServer {
  readonly directory: string;
  readonly address: string;
  readonly #server: Running;

  private constructor(directory: string, port: number, server: Running) {
    this.directory = directory;
    this.address = `127.0.0.1:${port}`;
    this.#server = server;
  }

  /** Repositories below the system's directory for temporary files, by their paths; with `--append-only` it removes none of their data. */
  static async rest(...options: string[]): Promise<TestServer> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-rest-'));
    const env = {
      RCLONE_USER: REST_USER.user,
      RCLONE_PASS: REST_USER.password,
      RCLONE_CONFIG: join(directory, 'none'),
    };
    return TestServer.#open(directory, env, (port) => {
      return ['rclone', 'serve', 'restic', '--addr', `127.0.0.1:${port}`, ...options, '--', tmpdir()];
    });
  }

  static async s3(): Promise<TestServer> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-s3-'));
    const [key, cert, data] = ['key.pem', 'cert.pem', 'data'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    await mkdir(data);
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    await run(['openssl', 'req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert]);
    return TestServer.#open(directory, {}, (port) => {
      const listens = ['-a', '127.0.0.1', '-p', String(port), '--key', key, '--cert', cert, '--no-vhost-buckets'];
      return [process.execPath, S3RVER, '-s', '-d', data, ...listens, '--configure-bucket', BUCKET];
    });
  }

  static async #open(
    directory: string,
    env: Record<string, string>,
    argvOf: (port: number) => string[],
  ): Promise<TestServer> {
    const port = await freePort();
    const server = start(argvOf(port), { env, dieWithParent: true });
    server.stdout.resume();
    const opened = new TestServer(directory, port, server);
    for (let tries = 0; tries < 2400; tries++) {
      if (await answers(port)) return opened;
      await delay(50);
    }
    await opened.close();
    throw new Error(`A server of the tests does not answer: ${(await server.exit).stderr}`);
  }

  /** Attributes of a datastore on a REST server; `through` is another address that leads to it. */
  restAttributes(path: string, through = this.address): Record<string, string> {
    return {
      RESTIC_BACKEND: 'REST',
      RESTIC_REST_URL: `http://${through}${path.slice(tmpdir().length)}`,
      RESTIC_REST_USER: REST_USER.user,
      RESTIC_REST_PASSWORD: REST_USER.password,
    };
  }

  /** Attributes of a datastore in the bucket; the certificate is given as a text. */
  s3Attributes(path: string, through = this.address): Record<string, string> {
    return {
      RESTIC_BACKEND: 'S3',
      RESTIC_S3_ENDPOINT: `https://${through}`,
      RESTIC_S3_BUCKET: BUCKET,
      RESTIC_S3_PREFIX: path.slice(1),
      RESTIC_S3_ACCESS_KEY_ID: 'S3RVER',
      RESTIC_S3_SECRET_ACCESS_KEY: 'S3RVER',
      RESTIC_S3_FORCE_PATH_STYLE: 'yes',
      RESTIC_S3_CACERT: readFileSync(join(this.directory, 'cert.pem'), 'utf8'),
    };
  }

  /** Copies what is in a directory to a place in the bucket, or with `purge` removes that place. */
  async s3Put(from: string, path: string): Promise<void> {
    await this.#rclone(['copy', from, `:s3:${BUCKET}/${path.slice(1)}`, '--checkers', '4', '--transfers', '4']);
  }

  async s3Purge(path: string): Promise<void> {
    await this.#rclone(['purge', `:s3:${BUCKET}/${path.slice(1)}`]);
  }

  async #rclone(args: string[]): Promise<void> {
    const env = {
      RCLONE_CONFIG: join(this.directory, 'none'),
      RCLONE_S3_PROVIDER: 'Minio',
      RCLONE_S3_ENDPOINT: `https://${this.address}`,
      RCLONE_S3_ACCESS_KEY_ID: 'S3RVER',
      RCLONE_S3_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_CA_BUNDLE: '', // what the machine says of its own does not go with a certificate that is given
    };
    await run(['rclone', '--ca-cert', join(this.directory, 'cert.pem'), ...args], { env });
  }

  async close(): Promise<void> {
    this.#server.stop();
    await this.#server.exit;
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
