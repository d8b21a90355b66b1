import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChildServer, type ChildServer } from './child-server.ts'

const run = promisify(execFile)
const password = 'password of the tests'

export interface PasswordSshdOptions {
  sshd: string
  args: string[]
  folder: string
  username: string
}

/**
 * Without PAM sshd compares with /etc/shadow. As root on Linux it gets one of its own, in a mount namespace
 * that only it sees, so that no account of the machine is touched. Undefined where that is not allowed.
 */
export async function startPasswordSshd(
  options: PasswordSshdOptions,
): Promise<{ server: ChildServer; password: string } | undefined> {
  const { sshd, args, folder, username } = options
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const shadow = join(folder, 'shadow')
  const { stdout: hash } = await run('openssl', ['passwd', '-6', password])
  await writeFile(shadow, `${username}:${hash.trim()}:19000:0:99999:7:::\n`, { mode: 0o600 })
  // /run/sshd is where sshd locks its unprivileged part in; Debian makes it when the service starts.
  const enter = ['mount --bind "$1" /etc/shadow', 'mount -t tmpfs tmpfs /run', 'mkdir -m 755 /run/sshd'].join(' && ')
  const inside = (command: string): string[] => ['--mount', '--', 'sh', '-c', `${enter} && ${command}`, 'sh', shadow]
  const allowed = await run('unshare', inside('true')).then(
    () => true,
    () => false,
  )
  if (!allowed) return undefined
  const command = 'shift; exec "$@"'
  return { server: startChildServer('unshare', [...inside(command), sshd, ...args]), password }
}
