import { expect, test } from 'vitest'
import { elsewhereOf } from '../../renderer/lib/elsewhere.ts'

const own = 'office-pc-aaaaaa'
const live = [{ id: own }, { id: 'office-pc-bbbbbb' }]

test.each([
  ['its own attempt', own, true, undefined],
  ['an attempt that runs on another one', 'office-pc-bbbbbb', true, 'office-pc-bbbbbb'],
  ['one that ended there', 'office-pc-bbbbbb', false, 'office-pc-bbbbbb'],
  ['one that runs on a runner that is not known yet', 'office-pc-cccccc', true, 'office-pc-cccccc'],
  ['one of an earlier start on this computer', 'office-pc-dddddd', false, undefined],
  ['one that ended long ago on another computer', 'server-eeeeee', false, 'server-eeeeee'],
  ['one of another program', 'unknown', false, undefined],
  ['none yet', undefined, true, undefined],
])('where %s was', (_, runner, running, there) => {
  expect(elsewhereOf({ runner, running }, own, live)).toBe(there)
})

test('nothing is elsewhere before the panel knows its own runner', () => {
  expect(elsewhereOf({ runner: 'a-1', running: true }, undefined, [])).toBeUndefined()
})
