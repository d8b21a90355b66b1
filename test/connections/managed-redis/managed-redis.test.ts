import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findRedisProgram } from '../../../electron/runner/connections/managed-redis/find-program.ts'
import {
  startManagedRedis,
  type ManagedRedis,
} from '../../../electron/runner/connections/managed-redis/managed-redis.ts'
import { isAlive } from '../../../electron/runner/connections/embedded/postmaster-file.ts'
import { untilTrue } from '../../support/until-true.ts'

let dataDir: string
const started: ManagedRedis[] = []
const pids: number[] = []

beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'toril managed-'))))
afterEach(async () => {
  for (const redis of started.splice(0)) await redis.stop()
  for (const pid of pids.splice(0)) if (await isAlive(pid)) process.kill(pid, 'SIGKILL')
  await rm(dataDir, { recursive: true, force: true })
})

async function start(folder = dataDir): Promise<ManagedRedis> {
  const redis = await startManagedRedis({ dataDir: folder })
  started.push(redis)
  return redis
}

async function ask<T>(redis: ManagedRedis, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ ...redis.place, retryStrategy: () => null })
  client.on('error', () => undefined)
  try {
    return await question(client)
  } finally {
    client.disconnect()
  }
}

/** An app that starts the Redis of the folder and is then killed; the server's process. */
async function startAndKillApp(): Promise<number> {
  const app = spawn(process.execPath, [join(import.meta.dirname, 'start-managed-redis.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(app.stdout), 'line')) as [string]
  const { pid } = JSON.parse(line) as { pid: number }
  pids.push(pid)
  app.kill('SIGKILL')
  await once(app, 'exit')
  return pid
}

/** A program of a few lines of shell; answers its folder. */
async function program(folder: string, name: string, lines: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), `#!/bin/sh\n${lines}\n`)
  await chmod(join(folder, name), 0o755)
  return folder
}

describe('the managed Redis', () => {
  it('keeps every job and leaves nothing running', async () => {
    const redis = await start()
    expect(redis.adopted).toBe(false)
    const value = async (client: Redis, name: string): Promise<unknown> => {
      const answer: unknown = await client.config('GET', name)
      return Array.isArray(answer) ? answer[1] : Object.values(answer as object)[0]
    }
    await ask(redis, async (client) => {
      expect(await value(client, 'appendonly')).toBe('yes')
      expect(await value(client, 'appendfsync')).toBe('everysec')
      expect(await value(client, 'maxmemory-policy')).toBe('noeviction')
      expect(await value(client, 'save')).toBe('')
      await client.set('job', 'kept')
    })
    const { pid } = redis
    await redis.stop()
    await redis.stop()
    expect(await isAlive(pid)).toBe(false)
    expect((await readdir(join(dataDir, 'redis'))).sort()).toEqual(['appendonlydir', 'redis.conf'])
    const again = await start()
    expect(await ask(again, (client) => client.get('job'))).toBe('kept')
  })

  // On Windows it listens on loopback, behind a password.
  it.skipIf(process.platform === 'win32')('is private: on no port, and in a folder for its owner alone', async () => {
    const redis = await start()
    expect(redis.place).toMatchObject({ path: expect.any(String) as string })
    expect(Object.values((await ask(redis, (client) => client.config('GET', 'port'))) as object)).toContain('0')
    expect((await stat(join(dataDir, 'redis'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(dataDir, 'redis', 'redis.conf'))).mode & 0o777).toBe(0o600)
  })

  it('is taken over after its app was killed, with all it has', async () => {
    const pid = await startAndKillApp()
    expect(await isAlive(pid)).toBe(true)
    const redis = await start()
    expect(redis.adopted).toBe(true)
    expect(redis.pid).toBe(pid)
    await redis.stop()
    expect(await isAlive(pid)).toBe(false)
  })

  it('is started anew when app and server were killed, and its record names another process by now', async () => {
    const pid = await startAndKillApp()
    process.kill(pid, 'SIGKILL')
    await untilTrue('the server to end', async () => !(await isAlive(pid)))
    const file = join(dataDir, 'redis', 'server.json')
    const record = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(file, JSON.stringify({ ...record, pid: process.pid }))
    const redis = await start()
    expect(redis.adopted).toBe(false)
    expect(redis.pid).not.toBe(process.pid)
  })

  it('is started again when it dies, on the same place and with the same data', async () => {
    const redis = await start()
    await ask(redis, (client) => client.set('job', 'kept'))
    const said: string[] = []
    let restarts = 0
    redis.onExit((message) => said.push(message))
    redis.onRestart(() => restarts++)
    const { pid, place } = redis
    process.kill(pid, 'SIGKILL')
    await untilTrue('the restart', async () => restarts === 1)
    expect(said).toEqual(['The managed Redis stopped: it was ended by SIGKILL. It is started again.'])
    expect(redis.pid).not.toBe(pid)
    expect(redis.place).toEqual(place)
    expect(await ask(redis, (client) => client.get('job'))).toBe('kept')
  })

  it('is said to have ended also when its connections close a moment before its process is gone', async () => {
    const folder = join(dataDir, 'slow to end')
    const real = (await findRedisProgram()).file
    await program(
      folder,
      'redis-server',
      `case "$1" in -*) exec '${real}' "$@";; esac\n'${real}' "$@"\nsleep 1\nexit 3`,
    )
    const redis = await startManagedRedis({ dataDir, path: `${folder}:/bin:/usr/bin` })
    started.push(redis)
    const said: string[] = []
    let restarts = 0
    redis.onExit((message) => said.push(message))
    redis.onRestart(() => restarts++)
    const server = await ask(redis, async (client) => /process_id:(\d+)/.exec(await client.info('server'))?.[1])
    process.kill(Number(server), 'SIGKILL')
    await untilTrue('the restart', async () => restarts === 1)
    expect(said).toEqual(['The managed Redis stopped: it ended with code 3. It is started again.'])
  })

  it('belongs to one Toril at a time', async () => {
    await start()
    await expect(startManagedRedis({ dataDir })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `Another Toril is running on the data folder ${dataDir}. Use that one, stop it first, or set TORIL_DATA_DIR to another folder.`,
    })
  })

  it.skipIf(process.platform === 'win32')(
    'listens in a short private folder where the path of the data folder is too long for a socket',
    async () => {
      const long = join(dataDir, 'with "quotes" and ümlauts', 'x'.repeat(120))
      const redis = await start(long)
      const path = 'path' in redis.place ? redis.place.path : ''
      expect(Buffer.byteLength(path)).toBeLessThan(104)
      expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
      expect(await ask(redis, (client) => client.ping())).toBe('PONG')
      await redis.stop()
      await expect(stat(dirname(path))).rejects.toMatchObject({ code: 'ENOENT' })
    },
  )

  it('says what is wrong with its data', async () => {
    await (await start()).stop()
    const folder = join(dataDir, 'redis', 'appendonlydir')
    for (const name of await readdir(folder))
      if (name.includes('.incr.')) await writeFile(join(folder, name), 'not a command\n'.repeat(9))
    await expect(startManagedRedis({ dataDir })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('did not start: its append-only file is damaged.'),
    })
  })
})

describe('the program of the managed Redis', () => {
  const saying = (folder: string, name: string, words: string) => program(folder, name, `echo '${words}'`)

  it('is the first of PATH that is new enough, Redis or Valkey', async () => {
    const old = await saying(join(dataDir, 'old'), 'redis-server', 'Redis server v=5.0.7 sha=00000000:0')
    const valkey = await saying(join(dataDir, 'new'), 'valkey-server', 'Valkey server v=8.1.0 sha=00000000:0')
    expect(await findRedisProgram(`${old}:${valkey}`)).toEqual({
      ...{ file: join(valkey, 'valkey-server'), name: 'Valkey', version: '8.1.0' },
    })
  })

  it('is asked for in a sentence where there is none', async () => {
    await expect(findRedisProgram('')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /^Neither redis-server nor valkey-server 6\.2 or newer was found on PATH\. .*, or choose another queue in the profile\.$/,
      ),
    })
  })
})
