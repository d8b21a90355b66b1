import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyFileBox } from '../../../electron/runner/connections/profiles/key-file-box.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toril-key-'))
  file = join(folder, 'secrets.key')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('what was sealed is opened again, by whoever has the key file', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed())
  const box = createKeyFileBox(file)
  fc.assert(
    fc.property(text, text, (secret, place) => {
      const sealed = box.seal(secret, place)
      expect(createKeyFileBox(file).open(sealed, place)).toBe(secret)
      expect(sealed).toMatch(/^[A-Za-z0-9+/]+=*$/)
    }),
  )
})

test('the key is made with the first secret, and kept', () => {
  const box = createKeyFileBox(file)
  expect(readdirSync(folder)).toEqual([])
  const sealed = box.seal('secret', 'here')
  const key = readFileSync(file, 'utf8')
  expect(readdirSync(folder)).toEqual(['secrets.key'])
  expect(Buffer.from(key, 'base64')).toHaveLength(32)
  expect(sealed).not.toBe(box.seal('secret', 'here'))
  expect(readFileSync(file, 'utf8')).toBe(key)
})

test.skipIf(process.platform === 'win32')('the key is for its owner alone', () => {
  createKeyFileBox(file).seal('secret', 'here')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a secret taken to another place, changed or cut is not opened', () => {
  const box = createKeyFileBox(file)
  const sealed = box.seal('a secret', 'profile one')
  expect(() => box.open(sealed, 'profile two')).toThrow(expect.objectContaining({ code: 'SECRETS_LOCKED' }))
  const bytes = Buffer.from(sealed, 'base64')
  for (const at of bytes.keys()) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    expect(() => box.open(changed.toString('base64'), 'profile one')).toThrow(
      /sealed with another key.*or it was changed/,
    )
    expect(() => box.open(bytes.subarray(0, at).toString('base64'), 'profile one')).toThrow(/another key/)
  }
})

test.runIf(process.platform !== 'win32')('a key file that others may use is refused until it is put right', () => {
  const box = createKeyFileBox(file)
  const sealed = box.seal('secret', 'here')
  for (const mode of [0o640, 0o604, 0o660, 0o777]) {
    chmodSync(file, mode)
    const sentence = `The key file ${file} may be used by others (mode 0${mode.toString(8)}). Run chmod 600 on it.`
    expect(() => box.open(sealed, 'here')).toThrow(
      expect.objectContaining({ code: 'SECRETS_LOCKED', message: sentence }),
    )
    expect(() => box.seal('secret', 'here')).toThrow(sentence)
  }
  chmodSync(file, 0o600)
  expect(box.open(sealed, 'here')).toBe('secret')
})

test('a key file that is gone, or holds no key, says what to do and is not replaced', () => {
  const box = createKeyFileBox(file)
  const sealed = box.seal('secret', 'here')
  rmSync(file)
  expect(() => box.open(sealed, 'here')).toThrow(`The key file ${file} is gone. Put it back`)
  writeFileSync(file, 'no key', { mode: 0o600 })
  expect(() => box.seal('secret', 'here')).toThrow(`The key file ${file} holds no key`)
  expect(readFileSync(file, 'utf8')).toBe('no key')
})
