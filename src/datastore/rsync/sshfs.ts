// How sshfs is asked to show a directory of another machine, and how one sees that it does. Pure.
import { rsyncTarget, sshCommand, type SshTarget } from '../../exec/ssh.ts';

/** Stays in the foreground. Links are followed over there: one that is put into a backup leads to nothing of this machine. */
export function sshfsArgv(target: SshTarget, path: string, directory: string): string[] {
  const command = sshCommand(target).join(' ');
  const options = ['ro', 'nosuid', 'nodev', 'noexec', 'follow_symlinks', `ssh_command=${escaped(command)}`];
  return ['sshfs', '-f', ...options.flatMap((option) => ['-o', option]), '--', rsyncTarget(target, path), directory];
}

/** Whether something is mounted on the directory, an absolute path without links. */
export function isMounted(mountinfo: string, directory: string): boolean {
  const written = directory.replace(/[ \t\n\\]/g, (character) => {
    return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
  return mountinfo.split('\n').some((line) => line.split(' ')[4] === written);
}

/** A comma ends an option. */
function escaped(value: string): string {
  return value.replace(/[\\,]/g, (character) => `\\${character}`);
}
