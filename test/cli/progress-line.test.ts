import { expect, test } from 'vitest'
import { createProgressLine } from '../../electron/headless/output/progress-line.ts'
import { jobOf } from '../api/runner-double.ts'

function linesOf(): { lines: string[]; stream: NodeJS.WriteStream } {
  const lines: string[] = []
  const stream = { isTTY: false, write: (text: string) => lines.push(text.trimEnd()) }
  return { lines, stream: stream as unknown as NodeJS.WriteStream }
}

const read = { ratio: 1, message: '0 of 1 files' }
const done = { ratio: 1, message: '1 of 1 files' }

test('where lines cannot be written over, the last progress is told though its step was told already', () => {
  const { lines, stream } = linesOf()
  const line = createProgressLine(stream)
  line.show({ kind: 'progress', progress: read })
  line.show({ kind: 'progress', progress: done })
  expect(lines).toEqual(['100 % · 0 of 1 files'])
  line.show({ kind: 'job', job: jobOf('1', { state: 'completed', progress: done }) })
  expect(lines).toEqual(['100 % · 0 of 1 files', '100 % · 1 of 1 files', 'Job 1 completed'])
})

test('a last progress that was told is not told again', () => {
  const { lines, stream } = linesOf()
  const line = createProgressLine(stream)
  line.show({ kind: 'progress', progress: done })
  line.show({ kind: 'job', job: jobOf('1', { state: 'completed', progress: done }) })
  expect(lines).toEqual(['100 % · 1 of 1 files', 'Job 1 completed'])
})
