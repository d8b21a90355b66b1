/** How a job is to be cancelled. */
export interface CancelOptions {
  now?: boolean | undefined
  then?: 'stop' | 'retry' | undefined
  reason?: string | undefined
  /** Who asked: panel, cli, rest; `panel on <runner>` when it was asked there. */
  by: string
}
