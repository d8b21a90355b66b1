import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { TorilError } from '../../../contract/errors.ts'
import { childEnvironment } from '../../child-environment.ts'

const run = promisify(execFile)

/** A server program that speaks Redis. */
export interface RedisProgram {
  file: string
  /** As it calls itself. */
  name: 'Redis' | 'Valkey'
  version: string
}

/** What BullMQ recommends; all that is older is out of support. */
const oldest = [6, 2] as const

const names = ['redis-server', 'valkey-server']

/** An app that was not started from a shell has a short PATH, above all on macOS. */
const usualFolders = ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin', '/usr/bin']

const install: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Install one, for example with brew install redis',
  linux: 'Install one, for example with apt install redis-server, dnf install valkey or apk add valkey',
  win32: 'There is none for Windows from its makers: use one in WSL or Memurai as a Redis profile',
}

async function versionOf(file: string): Promise<RedisProgram | undefined> {
  const options = { env: childEnvironment(), timeout: 10_000, windowsHide: true }
  const { stdout } = await run(file, ['--version'], options).catch(() => ({ stdout: '' }))
  const [, name, version] = /^(Redis|Valkey) server v=(\d+\.\d+[\w.-]*)/i.exec(stdout) ?? []
  if (name === undefined || version === undefined) return undefined
  return { file, version, name: name.toLowerCase() === 'valkey' ? 'Valkey' : 'Redis' }
}

function isNewEnough({ version }: RedisProgram): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

/**
 * The first of PATH that is new enough. Rejects with TorilError UNAVAILABLE: what was found instead, and how
 * to install one.
 */
export async function findRedisProgram(path: string = process.env['PATH'] ?? ''): Promise<RedisProgram> {
  const windows = process.platform === 'win32'
  const folders = [...path.split(delimiter), ...(path === '' || windows ? [] : usualFolders)].filter(
    (each) => each !== '',
  )
  const old: RedisProgram[] = []
  for (const folder of new Set(folders)) {
    for (const name of names) {
      const file = join(folder, windows ? `${name}.exe` : name)
      const there = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
      const program = there ? await versionOf(file) : undefined
      if (program !== undefined && isNewEnough(program)) return program
      if (program !== undefined) old.push(program)
    }
  }
  const wanted = oldest.join('.')
  const found = old.map(({ file, version }) => `${file} is version ${version}`).join(', ')
  const sentence =
    found === ''
      ? `Neither redis-server nor valkey-server ${wanted} or newer was found on PATH.`
      : `The managed Redis needs redis-server or valkey-server ${wanted} or newer, but ${found}.`
  const how = install[process.platform] ?? 'Install one with the packages of your system'
  throw new TorilError('UNAVAILABLE', `${sentence} ${how}, or choose another queue in the profile.`)
}
