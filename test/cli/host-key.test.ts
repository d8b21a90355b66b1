import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { startSshServer, type SshServer } from '../support/ssh.ts'
import { atTerminal } from './at-terminal.ts'
import { createCli, type Cli } from './cli-fixture.ts'

let cli: Cli
let redis: TestRedis
let ssh: SshServer
beforeAll(async () => {
  ;[cli, redis] = await Promise.all([createCli(), startTestRedis()])
  await cli.start(['serve']).printed(/Toril is ready/)
})
afterAll(async () => {
  await cli.close()
  await Promise.all([redis.stop(), ssh.stop()])
})

let number = 0
/** Each on an SSH server whose key nobody knows yet. */
beforeEach(async () => {
  await ssh?.stop()
  ssh = await startSshServer()
  number += 1
  const { code } = await cli.run([
    ...['profiles', 'add', name(), 'queue.kind=redis', `queue.port=${redis.port}`, 'readOnly=false'],
    ...[`queue.tunnel.host=${ssh.host}`, `queue.tunnel.port=${ssh.port}`, `queue.tunnel.user=${ssh.username}`],
    ...[`queue.tunnel.keyFile=${ssh.privateKeyFile}`, 'queue.tunnel.auth=key', 'queue.tunnel.sshConfig=false'],
  ])
  expect(code).toBe(0)
})
const name = () => `Behind ${number}`
const knows = () => {
  const file = join(cli.dataDir, 'known_hosts')
  return existsSync(file) && readFileSync(file, 'utf8').includes(ssh.hostKey)
}
const question = /Type yes to accept it from now on: $/

test('a test at a terminal shows a host key that is not known, and goes on once it is accepted', async () => {
  const refused = await atTerminal(cli.dataDir, ['profiles', 'test', name()], [[question, '']])
  expect([refused.code, knows()]).toEqual([1, false])
  expect(refused.text).toContain(`key has the fingerprint ${ssh.hostFingerprint}.`)
  expect(refused.text).toContain(`--accept-host-key ${ssh.hostFingerprint}`)
  const accepted = await atTerminal(cli.dataDir, ['profiles', 'test', name()], [[question, 'yes']])
  expect([accepted.code, knows()]).toEqual([0, true])
  expect(accepted.text).toMatch(/The connection works/)
})

test('a move at a terminal asks too, and then moves', async () => {
  const refused = await atTerminal(cli.dataDir, ['profiles', 'use', name()], [[question, 'no']])
  expect([refused.code, knows()]).toEqual([4, false])
  const accepted = await atTerminal(cli.dataDir, ['profiles', 'use', name()], [[question, 'yes']])
  expect([accepted.code, knows()]).toEqual([0, true])
  expect(accepted.text).toContain(`The runner uses the profile ${name()}.`)
})

test('a script is not asked', async () => {
  const tested = await cli.run(['profiles', 'test', name()])
  expect([tested.code, tested.stderr]).toEqual([
    1,
    `If that is the key of the server, accept it with: --accept-host-key ${ssh.hostFingerprint}\n`,
  ])
  expect((await cli.run(['profiles', 'use', name()])).code).not.toBe(0)
  expect(knows()).toBe(false)
})
