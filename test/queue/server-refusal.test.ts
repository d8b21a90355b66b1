import { describe, expect, it } from 'vitest'
import { byCode, byFirstMessage, byMessage, ownRefusals } from '../../electron/runner/queue/refusal-sentences.ts'
import { reasonOf, reasonOnWay, Refusal } from '../../electron/runner/queue/server-refusal.ts'

const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code })

describe('why a server cannot be used, in words', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', /password is wrong/],
    ['NOAUTH Authentication required.', /it asks for a password/],
    ["NOPERM this user has no permissions to run the 'info' command", /may not run the command info\. Add \+info /],
    ["NOPERM User toril has no permissions to run the 'client|list' command", /\+client\|list /],
    ["NOPERM this user has no permissions to run the 'xadd' command or its subcommand", /Add \+xadd /],
    ['NOPERM No permissions to access a key', /may not use the keys of the queue/],
    ['NOPERM this user has no permissions to access one of the keys used as arguments', /the keys of the queue/],
    ['NOPERM No permissions to access a channel', /may not use the channels of the queue/],
    ["ERR The user executing the script can't run this command or subcommand", /lacks a permission/],
    ['MOVED 6257 127.0.0.1:7001', /it is a node of a cluster/],
    ["CROSSSLOT Keys in request don't hash to the same slot", /it is a node of a cluster/],
    ['ERR This instance has cluster support disabled', /not part of a cluster/],
    ['ERR DB index is out of range', /no database of this number/],
    ["OOM command not allowed when used memory > 'maxmemory'.", /memory is full/],
    ["READONLY You can't write against a read only replica.", /it is a replica/],
    ['CLUSTERDOWN Hash slot not served', /has no master at the moment/],
    [
      'Too many Cluster redirections. Last error: ReplyError: MOVED 9263 127.0.0.1:27479',
      /has no master at the moment/,
    ],
    ['LOADING Redis is loading the dataset in memory', /still loading/],
    ['Connection is closed.', /^the connection is lost$/],
    ['Socket timeout. Expecting data', /did not answer in time/],
  ])('reads %s', (message, sentence) => {
    expect(reasonOf(new Error(message))).toMatch(sentence)
  })

  it('looks into what several tries and the nodes of a cluster met', () => {
    expect(reasonOf(new AggregateError([coded('ECONNREFUSED')]))).toBe(byCode['ECONNREFUSED'])
    const failed = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: coded('ENOTFOUND') })
    expect(reasonOf(failed)).toBe(byCode['ENOTFOUND'])
  })

  it('says of a connection whose far end is gone that it is lost', () => {
    expect(reasonOf(coded('EPIPE', 'write EPIPE'))).toBe('the connection is lost')
  })

  it('blames the way there where that is broken, and not where more is known', () => {
    const broken = 'the SSH server is away'
    expect(reasonOnWay(broken, coded('ECONNRESET'))).toBe(broken)
    expect(reasonOnWay(undefined, coded('ECONNREFUSED'))).toBe(byCode['ECONNREFUSED'])
    expect(reasonOnWay(broken, new Refusal('announced', '10.0.0.7:7001'))).toMatch(/10\.0\.0\.7:7001.*natMap/)
  })

  it('puts in what is particular, as it is', () => {
    expect(reasonOf(new Refusal('master-name', '$&'))).toBe(
      'no sentinel knows a master named $&. Correct the name of the master',
    )
  })

  it('says of everything what to do, as the end of a sentence', () => {
    const all = [...Object.values(byCode), ...[...byFirstMessage, ...byMessage].map(([, sentence]) => sentence)]
    for (const sentence of [...all, ...Object.values(ownRefusals)]) expect(sentence).not.toMatch(/[.!]$/)
  })
})
