import { app, dialog } from 'electron'
import { commandOf, runCommand } from './command-line.ts'
import { describeError } from '../api/errors.ts'
import { messageOf, openDesktop, prepareApp } from './desktop.ts'
import type { OpenRunner } from '../api/open-runner.ts'

function main(): void {
  let desktop: OpenRunner | undefined
  let failing = false

  /** One dialog, then the end, with whatever runs ended in order: a half-dead Toril would be a worse answer. */
  const fail = (error: unknown) => {
    console.error(describeError(error))
    if (failing) return
    failing = true
    dialog.showErrorBox(desktop === undefined ? 'Toril could not start' : 'Toril has to stop', messageOf(error))
    const stopping = desktop?.stop() ?? Promise.resolve()
    stopping.catch((again: unknown) => console.error(describeError(again))).finally(() => app.exit(1))
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  try {
    const first = prepareApp()
    // The other process shows its window instead.
    if (first === undefined) return app.exit(0)
    app
      .whenReady()
      .then(() => openDesktop(first.dataDir))
      .then((opened) => {
        desktop = opened
      })
      .catch(fail)
  } catch (error) {
    fail(error)
  }
}

const command = commandOf(process.argv, app.isPackaged)
if (command === undefined) main()
else void runCommand(command)
