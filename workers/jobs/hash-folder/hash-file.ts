import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/**
 * The SHA-256 of a file, read piece by piece into the buffer. `onBytes` is told of each piece; the
 * signal is looked at between them. Rejects with the signal's reason or what the file system says.
 */
export async function hashFile(
  path: string,
  buffer: Uint8Array,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(path, 'r')
  try {
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, null)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
      onBytes(bytesRead)
    }
  } finally {
    await handle.close()
  }
}
