import { describe, expect, test } from 'vitest'
import { fitOf, markMatches, matchCommands, type Command } from '../../renderer/app/match-commands.ts'
import { idIn, threadsIn } from '../../renderer/app/use-commands.tsx'
import { keysOf } from '../../renderer/app/use-shortcuts.ts'
import { screenOf } from '../../renderer/app/screens.ts'
import { toPanelError } from '../../renderer/lib/errors.ts'
import { glyphOfJob, glyphOfOutcome } from '../../renderer/lib/glyphs.ts'
import { profileHint } from '../../renderer/app/use-profile-commands.tsx'

const command = (id: string, group: Command['group'], title: string): Command => ({
  id,
  group,
  title,
  icon: null,
  run: () => undefined,
})

describe('the palette', () => {
  test('puts a title that starts with what was typed first', () => {
    const found = matchCommands(
      [command('a', 'Commands', 'Add one thread'), command('b', 'Commands', 'Retire one thread')],
      're',
      9,
    )
    expect(found.map((one) => one.id)).toEqual(['b', 'a'])
  })

  test('needs every word, in any order', () => {
    expect(fitOf('Enqueue add-two-numbers', 'two enq')).toBeDefined()
    expect(fitOf('Enqueue add-two-numbers', 'two gone')).toBeUndefined()
  })

  test('keeps its groups in order', () => {
    const found = matchCommands([command('j', 'Jobs', 'x'), command('c', 'Commands', 'x')], 'x', 9)
    expect(found.map((one) => one.id)).toEqual(['c', 'j'])
  })

  test('sets off what matched', () => {
    expect(markMatches('Pause the queue', 'QUE')).toEqual([
      { text: 'Pause the ', hit: false },
      { text: 'que', hit: true },
      { text: 'ue', hit: false },
    ])
  })

  test('reads a number of threads and an id', () => {
    expect(threadsIn('threads 6')).toBe(6)
    expect(threadsIn('set threads to 12')).toBe(12)
    expect(threadsIn('threads 0')).toBeUndefined()
    expect(idIn('#48213')).toBe('48213')
    expect(idIn('48213')).toBe('48213')
    expect(idIn('resize')).toBeUndefined()
  })
})

describe('a key press', () => {
  const press = (key: string, more = {}) => ({
    key,
    metaKey: false,
    ctrlKey: false,
    shiftKey: false,
    altKey: false,
    ...more,
  })

  test('is named as in the list of shortcuts', () => {
    expect(keysOf(press('k', { ctrlKey: true }))).toBe('Mod+K')
    expect(keysOf(press('P', { metaKey: true, shiftKey: true }))).toBe('Mod+Shift+P')
    expect(keysOf(press('?', { shiftKey: true }))).toBe('?')
  })
})

test('a path belongs to one screen', () => {
  expect(screenOf('/')?.label).toBe('Overview')
  expect(screenOf('/jobs/48213')?.label).toBe('Jobs')
  expect(screenOf('/enqueue')).toBeUndefined()
})

describe('an error', () => {
  test('keeps its code, its sentence and its fields, wherever they came from', () => {
    const issues = [{ path: ['a'], message: 'must be a number' }]
    const sent = Object.assign(new Error('a must be a number.'), { code: 'INVALID_INPUT', data: { issues } })
    expect(toPanelError(sent)).toEqual({ code: 'INVALID_INPUT', message: 'a must be a number.', issues })
    expect(toPanelError('odd')).toEqual({ code: 'INTERNAL', message: 'odd', issues: [] })
  })
})

test('why a job waits has a shape of its own', () => {
  const waits = (code: 'BACKING_OFF' | 'NO_RUNNER_FOR_TYPE' | 'CANCELLING') =>
    glyphOfJob({ state: 'delayed', waitingReason: { code, message: '' } })
  expect([waits('BACKING_OFF'), waits('NO_RUNNER_FOR_TYPE'), waits('CANCELLING')]).toEqual([
    'retry',
    'nohandler',
    'cancelling',
  ])
  expect(glyphOfJob({ state: 'completed' })).toBe('done')
  expect(glyphOfOutcome(undefined)).toBe('running')
})

test('a profile among the commands says what there is to be careful of', () => {
  const history = { kind: 'embedded' } as const
  const queue = { kind: 'redis', host: 'h', port: 6379, database: 0 } as const
  const lax = { ...queue, tls: { verify: false } }
  expect(profileHint({ environment: 'staging', queue, history })).toBe('staging')
  expect(profileHint({ folder: 'Team/EU', environment: 'production', queue: lax, history })).toBe(
    'Team / EU, production, TLS not verified',
  )
})
