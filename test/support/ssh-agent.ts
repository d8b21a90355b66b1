import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChildServer } from './child-server.ts'
import { untilTrue } from './until-true.ts'

const run = promisify(execFile)

export interface SshAgent {
  readonly socket: string
  stop(): Promise<void>
}

/** OpenSSH's own agent with the keys of these files. */
export async function startSshAgent(keyFiles: string[]): Promise<SshAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'toril-agent-'))
  const socket = join(folder, 'agent.sock')
  const server = startChildServer('ssh-agent', ['-D', '-a', socket])
  const stop = async (): Promise<void> => {
    await server.end()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const there = untilTrue('the SSH agent', async () => (await stat(socket)).isSocket())
    await Promise.race([there, server.failed])
    for (const file of keyFiles) await run('ssh-add', ['-q', file], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
  } catch (error) {
    await stop()
    throw error
  }
  return { socket, stop }
}
