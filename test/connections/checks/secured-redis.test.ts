import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProfileDraft } from '../../../electron/contract/connection-profile.ts'
import { leastRights } from '../../queue/least-rights.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { startSentinelRedis } from '../../support/redis-sentinel.ts'
import { startSshServer, tunnelThrough } from '../../support/ssh.ts'
import { failureOf, stepOf, TestFolder } from './testing.ts'

type Draft = Omit<ProfileDraft, 'name'>

let folder: TestFolder
beforeEach(() => {
  folder = new TestFolder()
})
afterEach(() => folder.remove())

/** Through an SSH server too, whose host key is known. */
async function bothWays(draft: Draft): Promise<Draft[]> {
  const tunnel = await tunnelThrough(await folder.server(startSshServer()), folder.dataDir)
  return [draft, { ...draft, queue: { ...draft.queue, tunnel } as Draft['queue'] }]
}

/** The step at which the test of this draft stops, and that what is said of it fits. */
async function stopsAt(draft: Draft, step: string, sentence: RegExp): Promise<void> {
  expect(failureOf(await folder.test(draft))).toEqual([step, expect.stringMatching(sentence) as string])
}

test('sentinels with TLS and users are told from the servers in what is wrong with them', async () => {
  const servers = await folder.server(startSentinelRedis({ tls: 'both', named: true }))
  const { sentinels, name, users, password, sentinelPassword, certificates } = servers
  const caFile = folder.pem('servers.pem', certificates?.servers.ca ?? '')
  const sentinelCa = folder.pem('sentinels.pem', certificates?.sentinels.ca ?? '')
  const queue = {
    ...({ kind: 'sentinel', sentinels, masterName: name } as const),
    ...{ username: users.server, sentinelUsername: users.sentinel },
    ...{ tls: { caFile }, sentinelTls: { caFile: sentinelCa } },
  }
  const secrets = { 'queue.password': password, 'queue.sentinelPassword': sentinelPassword }
  const sentinel = 'The sentinel at 127\\.0\\.0\\.1:\\d+ cannot be used: '
  const master = `Redis at 127\\.0\\.0\\.1:${servers.master.port} cannot be used: `
  for (const draft of await bothWays({ queue, secrets })) {
    const works = await folder.test(draft)
    expect(failureOf(works)[0]).toMatch(/^none/)
    expect(stepOf(works, 'tls').detail).toMatch(/^TLS 1\.3/)
    expect(stepOf(works, 'sentinels').detail).toMatch(/^3 of 3/)
    expect(stepOf(works, 'auth').detail).toBe('as toril')

    const changed = (change: object, more: Draft['secrets'] = {}): Draft => ({
      queue: { ...draft.queue, ...change } as Draft['queue'],
      secrets: { ...secrets, ...more },
    })
    await stopsAt(
      changed({}, { 'queue.sentinelPassword': 'wrong' }),
      'sentinels',
      new RegExp(`^${sentinel}user name or password is wrong\\. Correct them\\.$`),
    )
    await stopsAt(
      changed({ sentinelTls: { caFile } }),
      'sentinels',
      new RegExp(`^${sentinel}its certificate is signed by an.* authority.*\\. Give .* CA certificate`),
    )
    await stopsAt(
      changed({ sentinelTls: undefined }),
      'sentinels',
      new RegExp(`^${sentinel}it speaks TLS on this port\\. Turn TLS on`),
    )
    await stopsAt(
      changed({ tls: { caFile: sentinelCa } }),
      'tls',
      new RegExp(`^${master}its certificate is signed by an.* authority.*\\. Give .* CA certificate`),
    )
    await stopsAt(changed({ tls: undefined }), 'tls', new RegExp(`^${master}it speaks TLS on this port\\. Turn TLS on`))
    await stopsAt(
      changed({ tls: { caFile, serverName: 'redis.example.com' } }),
      'tls',
      new RegExp(`^${master}its certificate is for another host name\\. Set the server name`),
    )
    await stopsAt(
      changed({}, { 'queue.password': 'wrong' }),
      'auth',
      new RegExp(`^${master}user name or password is wrong\\. Correct them\\.$`),
    )
  }
})

test('sentinels without TLS lead to servers with it, and a user of theirs that may too little is named', async () => {
  const plain = await folder.server(startSentinelRedis({ tls: 'servers' }))
  const secrets = { 'queue.password': plain.password, 'queue.sentinelPassword': plain.sentinelPassword }
  const tls = { caFile: folder.pem('servers.pem', plain.certificates?.servers.ca ?? '') }
  const queue = { kind: 'sentinel', sentinels: plain.sentinels, masterName: plain.name, tls } as const
  const works = await folder.test({ queue, secrets })
  expect(failureOf(works)[0]).toMatch(/^none/)
  expect(stepOf(works, 'tls').detail).toMatch(/^TLS 1\.3/)

  const rights = '-@all +auth +sentinel|get-master-addr-by-name'
  const few = await folder.server(startSentinelRedis({ named: true, sentinelRights: rights }))
  const { sentinels, name: masterName, users } = few
  const named = { username: users.server, sentinelUsername: users.sentinel }
  await stopsAt(
    { queue: { kind: 'sentinel', sentinels, masterName, ...named }, secrets },
    'sentinels',
    /^The sentinel at .*: the user may not run the command sentinel\|sentinels\. Add \+sentinel\|sentinels to its rights/,
  )
})

test('a cluster with client certificates and a user names the node and what is wrong', async () => {
  const rights = `${leastRights('{bull}')} +cluster|slots +cluster|info`
  const { nodes, user, certificates } = await folder.server(startRedisCluster({ tls: 'mutual', rights }))
  const caFile = folder.pem('ca.pem', certificates?.ca ?? '')
  const own = {
    certFile: folder.pem('client.pem', certificates?.client.cert ?? ''),
    keyFile: folder.pem('client.key', certificates?.client.key ?? ''),
  }
  const queue = { kind: 'cluster', seeds: nodes, username: user.username, tls: { caFile, ...own } } as const
  const secrets = { 'queue.password': user.password }
  const node = 'Redis at 127\\.0\\.0\\.1:\\d+ cannot be used: '
  for (const draft of await bothWays({ queue, secrets })) {
    const works = await folder.test(draft)
    expect(failureOf(works)[0]).toMatch(/^none/)
    expect(stepOf(works, 'cluster').detail).toBe('3 masters, 3 of 3 nodes, 16384 slots')
    const withTls = (tls: object): Draft => ({ ...draft, queue: { ...draft.queue, tls } as Draft['queue'] })
    await stopsAt(
      { ...draft, secrets: { 'queue.password': 'wrong' } },
      'auth',
      new RegExp(`^${node}user name or password is wrong`),
    )
    await stopsAt(
      withTls({ caFile }),
      'tls',
      new RegExp(`^${node}it asks for a client certificate\\. Give certificate and key\\.$`),
    )
    await stopsAt(
      withTls({ ...own }),
      'tls',
      new RegExp(`^${node}its certificate is signed by an authority not trusted`),
    )
  }
})

test('nodes of a cluster that announce addresses which lead nowhere need a NAT map', async () => {
  const { nodes, natMap } = await folder.server(startRedisCluster({ announcesElsewhere: true }))
  const queue = { kind: 'cluster', seeds: nodes, natMap } as const
  for (const draft of await bothWays({ queue })) {
    const works = await folder.test(draft)
    expect(failureOf(works)[0]).toMatch(/^none/)
    expect(stepOf(works, 'cluster').detail).toBe('3 masters, 3 of 3 nodes, 16384 slots')
    await stopsAt(
      { queue: { ...draft.queue, natMap: undefined } as Draft['queue'] },
      'cluster',
      /^The cluster cannot be used: it announces one of its nodes at 127\.0\.0\.1:\d+, where nobody answers\. Start that/,
    )
  }
})
