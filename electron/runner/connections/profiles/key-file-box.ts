import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { TorilError } from '../../../contract/errors.ts'
import type { SecretBox } from './secret-box.ts'

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16

function locked(message: string, cause?: unknown): TorilError {
  return new TorilError('SECRETS_LOCKED', message, cause === undefined ? {} : { cause })
}

/** AES-256-GCM: initialisation vector, ciphertext and tag in one, base64. `place` is bound to it, not in it. */
export function sealWith(key: Buffer, text: string, place: string): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(place))
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** Throws when key or place is another one, or the text was changed. */
export function openWith(key: Buffer, sealed: string, place: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < ivBytes + tagBytes) throw new Error('it is too short')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes))
  const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()])
  return text.toString('utf8')
}

/** Undefined when there is no such file. Windows has no modes: there the rights of the data folder hold. */
function readKey(file: string): Buffer | undefined {
  let text: string
  try {
    const mode = statSync(file).mode & 0o777
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const shown = mode.toString(8).padStart(4, '0')
      throw locked(`The key file ${file} may be used by others (mode ${shown}). Run chmod 600 on it.`)
    }
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof TorilError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw locked(`The key file ${file} cannot be read (${code ?? 'unknown'}).`, error)
  }
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== keyBytes) {
    throw locked(
      `The key file ${file} holds no key. Put back the one it was, or remove it and enter the passwords anew.`,
    )
  }
  return key
}

/** Written whole under another name first: a key half on the disk would lock up all that it sealed. */
function makeKey(file: string): Buffer {
  const draft = `${file}.${process.pid}.tmp`
  try {
    rmSync(draft, { force: true })
    const handle = openSync(draft, 'wx', 0o600)
    try {
      writeSync(handle, `${randomBytes(keyBytes).toString('base64')}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    // Unlike a rename it never replaces a key that came to be meanwhile.
    linkSync(draft, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw locked(`The key file ${file} cannot be made (${code ?? 'unknown'}).`, error)
  } finally {
    rmSync(draft, { force: true })
  }
  const key = readKey(file)
  if (key === undefined) throw locked(`The key file ${file} was removed while it was made.`)
  return key
}

/**
 * Seals with a key in a file that only its owner reads. The file is made with the first secret, and looked
 * at each time: one whose mode became wider is refused until it is put right.
 */
export function createKeyFileBox(file: string): SecretBox {
  return {
    kind: 'key-file',
    seal: (text, place) => sealWith(readKey(file) ?? makeKey(file), text, place),
    open(sealed, place) {
      const key = readKey(file)
      if (key === undefined) throw locked(`The key file ${file} is gone. Put it back, or enter the passwords anew.`)
      try {
        return openWith(key, sealed, place)
      } catch (error) {
        throw locked(`It was sealed with another key than that of ${file}, or it was changed.`, error)
      }
    },
  }
}
