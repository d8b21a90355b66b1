/** A way to the other runners of one queue: texts to one of them, or to all. Nothing is kept for who is away. */
export interface RelayLine {
  /**
   * Says `text` to the runner of this id, or to all (this one hears it too). Resolves once the server has
   * it; rejects UNAVAILABLE while the server is away, and RUNNER_SILENT while this runner may not speak. Of any
   * length.
   */
  send(to: string | undefined, text: string): Promise<void>
  close(): Promise<void>
}

export interface RelayListener {
  /** In the order in which one runner sent them. */
  onText(text: string): void
  /** Each time it begins to hear: at first, and again after an outage, during which others may have spoken. */
  onListening(): void
}

/** Small texts beside the queue that outlive the runner that left them. */
export interface NoteStore {
  put(key: string, text: string, ttlMs: number): Promise<void>
  get(key: string): Promise<string | undefined>
  remove(key: string): Promise<void>
}

export interface RelayLineParts extends RelayListener {
  queueName: string
  /** This runner. */
  id: string
  notes: NoteStore
  /** Told why others cannot be heard; one sentence. */
  report(message: string): void
}

/** What is too long for a message itself is left as a note, for as long as anybody may still fetch it. */
export const asideMs = 60_000

/** How long a connection may be silent before it is asked whether it still stands. */
export const lineCheckMs = 10_000

/** A message that only says where the text is. No text begins so: they are JSON objects. */
const asideMark = '@'

/** What is sent of a text: itself, or the key of the note that holds it. */
export async function packText(text: string, limitBytes: number, notes: NoteStore, newKey: () => string) {
  if (Buffer.byteLength(text) <= limitBytes) return text
  const key = newKey()
  await notes.put(key, text, asideMs)
  return `${asideMark}${key}`
}

/** Hands on what arrives, in the order of arrival, fetching what was left aside. */
export function createUnpacker(notes: NoteStore, onText: (text: string) => void, report: (message: string) => void) {
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  return (message: string): void => {
    if (!message.startsWith(asideMark) && waiting === 0) {
      onText(message)
      return
    }
    waiting += 1
    last = last.then(async () => {
      try {
        const text = message.startsWith(asideMark) ? await notes.get(message.slice(asideMark.length)) : message
        if (text === undefined) report('Something that another runner told came too late to be read.')
        else onText(text)
      } catch (error) {
        report(`Something that another runner told could not be read: ${String(error)}`)
      } finally {
        waiting -= 1
      }
    })
  }
}
