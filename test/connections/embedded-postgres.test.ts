import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServer, type AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../electron/runner/connections/embedded-postgres.ts'
import { isAlive } from '../../electron/runner/connections/embedded/postmaster-file.ts'
import { locateBinaries, prepareBinaries } from '../../electron/runner/connections/embedded/binaries.ts'
import { launchServer } from '../../electron/runner/connections/embedded/server-process.ts'
import { folderError, prepareHome } from '../../electron/runner/connections/embedded/server-home.ts'
import { startFailure } from '../../electron/runner/connections/embedded/start-failure.ts'
import { makeTestFolder } from '../support/postgres.ts'
import { untilTrue } from '../support/until-true.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function testFolder(): Promise<string> {
  const folder = await makeTestFolder()
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(options)
  cleanups.push(() => server.stop())
  return server
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Starts a server in another process and kills that process, so that the server is left behind. */
async function leaveServerBehind(dataDir: string): Promise<{ url: string; pid: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/hold-postgres.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  child.kill('SIGKILL')
  await once(child, 'exit')
  return JSON.parse(line) as { url: string; pid: number }
}

test('a new data folder gets a database that keeps what was written', async () => {
  const dataDir = await testFolder()
  const first = await start({ dataDir })
  expect(first.adopted).toBe(false)
  const settings = await query(
    first.url,
    `SELECT current_database() AS name, current_setting('synchronous_commit') AS sync`,
  )
  expect(settings).toEqual([{ name: 'toril', sync: 'on' }])
  await query(first.url, 'CREATE TABLE kept (value int); INSERT INTO kept VALUES (7)')
  await first.stop()
  const second = await start({ dataDir })
  expect(second.adopted).toBe(false)
  expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }])
})

test('only who knows the password of the data folder gets in', async () => {
  const dataDir = await testFolder()
  const server = await start({ dataDir })
  const wrong = new URL(server.url)
  wrong.password = 'wrong'
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
})

// On Windows it listens on loopback, and the folder of the user is closed to others.
test.skipIf(process.platform === 'win32')(
  'it listens on no network, and the password is its owner’s alone',
  async () => {
    const dataDir = await testFolder()
    const server = await start({ dataDir })
    expect((await stat(join(dataDir, 'postgres.json'))).mode & 0o777).toBe(0o600)
    const open = await query(server.url, "SELECT current_setting('listen_addresses') AS addresses")
    expect(open).toEqual([{ addresses: '' }])
  },
)

test('the server of a killed Toril is taken over with all its data', async () => {
  const dataDir = await testFolder()
  const orphan = await leaveServerBehind(dataDir)
  await query(orphan.url, 'CREATE TABLE kept (value int); INSERT INTO kept VALUES (1)')
  const server = await start({ dataDir })
  expect(server.adopted).toBe(true)
  expect(server.pid).toBe(orphan.pid)
  expect(await query(server.url, 'SELECT value FROM kept')).toEqual([{ value: 1 }])
  await server.stop()
  await expect(query(server.url, 'SELECT 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/)
})

test('a server that no longer answers is ended and another one is started', async () => {
  const dataDir = await testFolder()
  const orphan = await leaveServerBehind(dataDir)
  // A password that is not the server's: it answers nobody that knows only the new one.
  await query(orphan.url, "ALTER USER toril PASSWORD 'another'")
  await expect(start({ dataDir })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  // Not process.kill: a zombie that nobody reaps yet would still count.
  expect(await isAlive(orphan.pid)).toBe(false)
})

test('a postmaster.pid that names another program is put aside', async () => {
  const dataDir = await testFolder()
  await (await start({ dataDir })).stop()
  const file = join(dataDir, 'postgres/data/postmaster.pid')
  await writeFile(file, `${process.pid}\n${dataDir}\n1700000000\n5432\n/tmp\n\n0\nready\n`)
  const server = await start({ dataDir })
  expect(server.adopted).toBe(false)
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test.each([...(process.platform === 'win32' ? [] : [['its socket', false] as const]), ['loopback', true] as const])(
  'a server that dies is started again at the same address on %s',
  async (_where, loopback) => {
    const server = await start({ dataDir: await testFolder(), loopback })
    await query(server.url, 'CREATE TABLE kept (value int); INSERT INTO kept VALUES (3)')
    const [pid, url] = [server.pid, server.url]
    const told: string[] = []
    server.onExit((message) => told.push(message))
    const back = new Promise<void>((resolve) => server.onRestart(resolve))
    process.kill(pid, 'SIGKILL')
    await back
    // Its exit, or the connection that was cut by it: whichever is seen first.
    expect(told[0]).toMatch(/^The embedded PostgreSQL stopped: .*It is started again\.$/)
    expect(server.pid).not.toBe(pid)
    expect(server.url).toBe(url)
    expect(await query(url, 'SELECT value FROM kept')).toEqual([{ value: 3 }])
  },
)

test('a killed server whose last session is still at work is started as soon as that has ended, and is told of once', async () => {
  const dataDir = await testFolder()
  const server = await start({ dataDir })
  const told: string[] = []
  server.onExit((message) => told.push(message))
  let restarts = 0
  server.onRestart(() => (restarts += 1))
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  // It looks up from its work only when it has done a part of it: the end of its server escapes it for long.
  const counting = client.query('SELECT count(*) FROM generate_series(1, 60000) a, generate_series(1, 60000) b')
  const ended = counting.catch((error: Error) => error.message)
  await untilTrue('the session to be at work', async () => {
    const [found] = await query(
      server.url,
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%60000) b' AND state = 'active' AND pid <> pg_backend_pid()",
    )
    return found?.['n'] === 1
  })
  process.kill(server.pid, 'SIGKILL')
  await untilTrue('three tries', async () => {
    const log = await readFile(join(dataDir, 'logs', 'postgres.log'), 'utf8')
    return log.split('is still in use').length > 3
  })
  process.kill(rows[0]?.pid ?? 0, 'SIGQUIT')
  await ended
  await untilTrue('the restart', async () => restarts === 1)
  expect(told.filter((message) => message.includes('is still in a long query'))).toHaveLength(1)
})

/** What a crash of one session does: PostgreSQL throws out all others and recovers. */
async function killSession(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
}

test('a server that recovers from the death of a session is waited for, and not ended', async () => {
  const server = await start({ dataDir: await testFolder() })
  await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n')
  const { pid } = server
  const back = new Promise<void>((resolve) => server.onRestart(resolve))
  await killSession(server.url)
  await back
  expect(server.pid).toBe(pid)
  expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
})

test('a server that recovers can be stopped, and has kept what was written', async () => {
  const dataDir = await testFolder()
  const first = await start({ dataDir })
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n')
  const lost = new Promise<string>((resolve) => first.onExit(resolve))
  await killSession(first.url)
  await lost
  await first.stop()
  expect(await isAlive(first.pid)).toBe(false)
  const second = await start({ dataDir })
  expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
})

test('a second Toril on the same data folder is refused and disturbs nothing', async () => {
  const dataDir = await testFolder()
  const server = await start({ dataDir })
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(`Another Toril is running on the data folder ${dataDir}`) as string,
  })
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test.skipIf(process.platform === 'win32')('a folder too deep for a socket address still works', async () => {
  const dataDir = join(await testFolder(), 'a'.repeat(60), 'b'.repeat(60))
  await mkdir(dataDir, { recursive: true })
  const server = await start({ dataDir })
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  const socket = new URL(server.url).searchParams.get('host') ?? ''
  expect((await stat(socket)).mode & 0o077).toBe(0)
  await server.stop()
  await rm(socket, { recursive: true, force: true })
})

test.runIf(process.getuid?.() === 0)(
  'as root with a closed folder above, the database moves and says where',
  async () => {
    const closed = await testFolder()
    await chmod(closed, 0o700)
    const dataDir = join(closed, 'toril')
    const server = await start({ dataDir })
    const { folder } = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8')) as { folder: string }
    cleanups.splice(1, 0, () => rm(folder, { recursive: true, force: true }))
    expect(server.notices).toEqual([{ code: 'DATABASE_ELSEWHERE', message: expect.stringContaining(folder) as string }])
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.stop()
    expect((await start({ dataDir })).notices).toHaveLength(1)
  },
)

test.runIf(process.getuid?.() === 0)('as root with programs the server cannot reach, they are copied', async () => {
  const closed = await testFolder()
  const { cp } = await import('node:fs/promises')
  const binariesDir = join(closed, 'native')
  await cp(locateBinaries(), binariesDir, { recursive: true, verbatimSymlinks: true })
  await chmod(closed, 0o700)
  const server = await start({ dataDir: await testFolder(), binariesDir })
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a data folder that is a file is refused by name', async () => {
  const file = join(await testFolder(), 'file')
  await writeFile(file, '')
  await expect(startEmbeddedPostgres({ dataDir: join(file, 'toril') })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: `The data folder ${join(file, 'toril')} is not a folder. Set TORIL_DATA_DIR to a folder Toril may write to.`,
  })
})

test('a damaged postgres.json is named, not overwritten', async () => {
  const dataDir = await testFolder()
  const file = join(dataDir, 'postgres.json')
  await writeFile(file, '{"folder":')
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`The file ${file} is damaged.`)
  expect(await readFile(file, 'utf8')).toBe('{"folder":')
})

test('a port that another program has taken meanwhile is named', async () => {
  const dataDir = await testFolder()
  await (await start({ dataDir })).stop()
  const blocker = createServer()
  cleanups.push(() => new Promise((resolve) => blocker.close(resolve)))
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
  const { port } = blocker.address() as AddressInfo
  const home = await prepareHome(dataDir)
  const binaries = await prepareBinaries(locateBinaries(), home.folder, home.account)
  await expect(launchServer(binaries, home, join(home.folder, 'data'), { port })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: `Port ${port} of the embedded PostgreSQL in ${home.folder} is taken by another program. End that program, or start Toril again.`,
  })
})

test.skipIf(process.platform === 'win32')('a server that neither starts nor says a word is ended', async () => {
  const dataDir = await testFolder()
  await (await start({ dataDir })).stop()
  const home = await prepareHome(dataDir)
  const binaries = await prepareBinaries(locateBinaries(), home.folder, home.account)
  const postgres = join(dataDir, 'sleeper')
  const pidFile = join(home.folder, 'sleeper.pid')
  await writeFile(postgres, `#!/bin/sh\necho $$ > '${pidFile}'\nexec sleep 600\n`, { mode: 0o755 })
  const launched = launchServer({ ...binaries, postgres }, home, join(home.folder, 'data'), { silentMs: 500 })
  await expect(launched).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/ took no connections and wrote nothing to .*postgres\.log for 0\.5 s/) as string,
  })
  expect(await isAlive(Number(await readFile(pidFile, 'utf8')))).toBe(false)
})

test('a missing PostgreSQL is named', async () => {
  const dataDir = await testFolder()
  await expect(startEmbeddedPostgres({ dataDir, binariesDir: '/nowhere' })).rejects.toThrow(
    'PostgreSQL is missing in /nowhere. Install Toril again.',
  )
})

test('what the file system and the server refuse becomes one sentence', () => {
  const refused = (code: string) => folderError('/data', Object.assign(new Error('refused'), { code })).message
  expect(refused('EACCES')).toBe(
    'The data folder /data cannot be written to. Set TORIL_DATA_DIR to a folder Toril may write to.',
  )
  expect(refused('ENOSPC')).toBe('The disk of /data is full. Free some space and start Toril again.')
  const failed = (output: string) => startFailure('/data', output, 'it ended with code 1').message
  expect(failed('initdb: error: could not write: No space left on device')).toMatch(/^The disk of \/data is full/)
  expect(failed('FATAL:  database files are incompatible with server')).toMatch(/another major version/)
  expect(failed('2026 [1] FATAL:  could not load library')).toBe(
    'The embedded PostgreSQL in /data did not start: could not load library.',
  )
  expect(failed('')).toBe('The embedded PostgreSQL in /data did not start: it ended with code 1.')
})
