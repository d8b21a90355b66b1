/** What every call carries. */
export interface ApiContext {
  /** Who asked, as it is kept with what was done: `panel`, `rest` or `cli`. */
  by: string
}

/** Takes one line for the log of the process. Never holds a token, an input or a result. */
export type Log = (line: string) => void

/** The log of a process without a window: standard error, one line a message, with its time. */
export const logToStandardError: Log = (line) => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`)
}
