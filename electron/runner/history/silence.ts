import pg from 'pg'

/** What pg's types leave out. */
type WithStream = pg.Client & { connection: { stream: { destroy(error?: Error): void } } }

/** In use for so long, a connection has much to do or leads nowhere. */
const doubtfulMs = 1_500
/** So long the server then has for an answer: together less than the 5 s within which an outage is to be known. */
const answerMs = 3_000
const lookEveryMs = 500
/** A server that has answered is not asked again at once, however long its query takes. */
const trustMs = 5_000

/** Errors of the way; anything else was said by the server. */
const silenceCodes = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'])

function isSilence(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  return (typeof code === 'string' && silenceCodes.has(code)) || /timeout/i.test(error.message)
}

/** As the system would, a quarter of an hour later; a farewell would wait for one that is not there. */
function breakOff(client: pg.Client): void {
  const error = Object.assign(new Error('The server did not answer in time'), { code: 'ETIMEDOUT' })
  ;(client as WithStream).connection.stream.destroy(error)
}

async function isSilent(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: answerMs, query_timeout: answerMs })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return false
  } catch (error) {
    return isSilence(error)
  } finally {
    client.end().catch(() => undefined)
    breakOff(client)
  }
}

/**
 * On a way that was cut without a word a question stays unanswered for a quarter of an hour, and no time limit suits
 * all questions: a search or a job's own query may take long. So when one takes long the server is asked over a new
 * connection. If that gets no answer either, all are broken off, and whoever waits is refused. Answers how to stop it.
 */
export function breakOffInSilence(pool: pg.Pool, config: pg.ClientConfig): () => void {
  const open = new Set<pg.Client>()
  const inUseSince = new Map<pg.Client, number>()
  let asking = false
  let trustedUntil = 0
  pool.on('connect', (client) => open.add(client))
  pool.on('remove', (client) => open.delete(client))
  pool.on('acquire', (client) => inUseSince.set(client, performance.now()))
  pool.on('release', (_error, client) => inUseSince.delete(client))

  async function look(): Promise<void> {
    const now = performance.now()
    const doubtful = [...inUseSince.values()].some((since) => now - since >= doubtfulMs)
    if (!doubtful || asking || now < trustedUntil) return
    asking = true
    if (await isSilent(config)) for (const client of open) breakOff(client)
    else trustedUntil = performance.now() + trustMs
    asking = false
  }

  const timer = setInterval(() => void look(), lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
