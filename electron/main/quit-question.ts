import { dialog, type BrowserWindow } from 'electron'
import type { QuitAnswer } from './quit-flow.ts'

/** The safe answer comes first and has the focus; Escape and closing the dialog mean it too. */
const answers: { label: string; answer: QuitAnswer }[] = [
  { label: 'Keep running', answer: 'stay' },
  { label: 'Quit when they finish', answer: 'wait' },
  { label: 'Stop them and quit', answer: 'stop' },
]

/** Asks what is to become of the running jobs. `graceMs`: how long a job that is asked to stop may take. */
export async function askAboutRunningJobs(
  window: BrowserWindow | undefined,
  active: number,
  graceMs: number,
): Promise<QuitAnswer> {
  const options = {
    type: 'question' as const,
    title: 'Quit Toril',
    message: active === 1 ? '1 job is running.' : `${active} jobs are running.`,
    detail:
      'Quit when they finish: Toril takes no more jobs and quits after the last one. ' +
      `Stop them and quit: what has not finished in ${Math.round(graceMs / 1000)} s is put back and runs again ` +
      'at the next start. Waiting jobs are kept either way.',
    buttons: answers.map(({ label }) => label),
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }
  const { response } =
    window === undefined || window.isDestroyed()
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(window, options)
  return answers[response]?.answer ?? 'stay'
}
