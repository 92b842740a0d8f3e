// Asks the guest's agent through libvirt, as everybody does who freezes its file systems.
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../src/model/errors.ts';
import { run } from '../../src/exec/exec.ts';

const ANSWER_SEC = '5';
const POLL_MS = 100;

/** Waits until the agent answers: it connects a moment after the guest has booted. */
export async function agentAnswers(domain: string, limitMs = 180_000): Promise<void> {
  for (const end = Date.now() + limitMs; ; await sleep(POLL_MS)) {
    try {
      await askAgent(domain, 'guest-ping');
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error(`The agent of ${domain} does not answer: ${reasonOf(error)}`);
    }
  }
}

/** `frozen` or `thawed`. */
export async function freezeStatus(domain: string): Promise<string> {
  return String(await askAgent(domain, 'guest-fsfreeze-status'));
}

async function askAgent(domain: string, execute: string): Promise<unknown> {
  const command = ['qemu-agent-command', '--timeout', ANSWER_SEC, domain, JSON.stringify({ execute })];
  const { stdout } = await run(['virsh', '-q', '-c', 'qemu:///system', ...command]);
  return (JSON.parse(stdout) as { return: unknown }).return;
}
