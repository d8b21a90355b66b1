import { afterEach, beforeEach, expect, test } from 'vitest'
import { listenHttp } from '../../electron/api/transports/http.ts'
import type { Update } from '../../electron/contract/updates.ts'
import { transports, type Client } from '../contract/connections.ts'
import { until } from '../queue/until.ts'
import { freePort, startTestRedis } from '../support/redis.ts'
import { OutageWork } from './outage-work.ts'
import { ProfileHome } from './profile-home.ts'
import { hastyTiming, once, whenFinished } from './runner-under-test.ts'

let home: ProfileHome
beforeEach(async () => {
  home = await ProfileHome.make()
})
afterEach(() => home.remove())

/** Whoever watches by these ways, from now on. */
async function watchBy(names: string[], runner: OutageWork['runner']) {
  const token = 'token-of-the-outage'
  const http = await listenHttp({ host: '127.0.0.1', port: 0, token, tokenIsGiven: true, version: '0.0.0' })
  http.open(runner)
  const api = { runner, http, token, close: () => http.close() }
  const watchers = await Promise.all(
    names.map(async (name) => {
      const connection = transports.find((each) => each.name === name)?.connect(api)
      if (connection === undefined) throw new Error(`There is no ${name}.`)
      const updates: Update[] = []
      const stream = await connection.client.updates.watch()
      const reading = (async () => {
        for await (const update of stream) updates.push(update)
      })().catch(() => undefined)
      return { ...connection, updates, reading }
    }),
  )
  const [first] = watchers
  if (first === undefined) throw new Error('Nobody watches.')
  return {
    client: first.client as Client,
    updates: watchers.map((watcher) => watcher.updates),
    async stop() {
      await http.close()
      for (const { close, reading } of watchers) {
        close()
        await reading
      }
    },
  }
}

test('a runner whose server is away moves to another profile, watched all the while, and comes back for its jobs', async () => {
  const a = await home.server(startTestRedis())
  const b = await home.server(startTestRedis())
  const profile = (name: string, port: number) => home.use({ name, queue: { kind: 'redis', port } })
  const gone = await profile('Gone', await freePort())
  const there = await profile('There', b.port)
  const here = await profile('Here', a.port)
  const work = await OutageWork.begin(home, hastyTiming)
  const { runner } = work
  const watched = await home.server(watchBy(['REST', 'WebSocket'], runner))
  const { client, updates } = watched
  await a.kill()
  const told = (update: Update) => update.queue?.connection.message?.includes('refused') === true
  await until(() => updates.every((each) => each.some(told)), 'all who watch are told')

  const unavailable = { code: 'UNAVAILABLE', status: 503, message: expect.stringContaining('refused') as string }
  await expect(client.profiles.use({ id: gone })).rejects.toMatchObject(unavailable)
  expect(runner.system().profile).toMatchObject({ id: here, name: 'Here' })
  expect((await work.connection()).state).not.toBe('live')
  // What runs is not touched by that.
  expect(runner.threads().filter(({ job }) => job?.type === 'tally')).toHaveLength(2)

  expect(await client.profiles.use({ id: there, graceMs: 0 })).toMatchObject({ id: there })
  const { id } = await client.jobs.enqueue({ type: 'quick', input: { n: 7 }, options: once })
  expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', result: 7 })
  await until(
    () =>
      updates.every((each) => each.some(({ jobs }) => jobs?.some((job) => job.id === id && job.state === 'completed'))),
    'all who watch see what is done there',
  )
  for (const each of updates) {
    expect(each.map(({ seq }) => seq)).toEqual(each.map((_, index) => index + 1))
    const snapshots = each.flatMap((update) => (update.kind === 'snapshot' ? [update.system.profile.id] : []))
    expect(snapshots).toEqual([here, there])
  }

  await a.restart()
  await work.letFinish()
  expect(await client.profiles.use({ id: here })).toMatchObject({ id: here })
  for (const name of ['held 1', 'held 2', 'waiting 1', 'waiting 2', 'waiting 3'])
    expect(await whenFinished(runner, work.idOf(name))).toMatchObject({ state: 'completed', result: name })
})
