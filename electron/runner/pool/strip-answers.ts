import type { FromThread, StrippedText } from '../../../workers/protocol.ts'
import type { Catalog } from '../catalog/catalog.ts'

/** Gives a thread the text it stands still for. Never rejects. */
export async function answerStrip(
  catalog: Partial<Pick<Catalog, 'strip'>>,
  { url, port, flag }: Extract<FromThread, { kind: 'strip' }>,
): Promise<void> {
  // Without a text Node loads the file itself, and says what is wrong with it.
  const text: StrippedText = await catalog.strip?.(url).catch(() => undefined)
  port.postMessage(text)
  Atomics.store(flag, 0, 1)
  Atomics.notify(flag, 0)
  port.unref()
}
