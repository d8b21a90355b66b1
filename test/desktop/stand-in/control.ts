/** What a test tells the running stand-in, over the process's IPC channel. */
export type Command =
  | { kind: 'quit' | 'close' | 'second-instance' }
  | { kind: 'menu'; label: string }
  /** The button that the user presses in the dialog that is open. */
  | { kind: 'answer'; button: string }

/** What the stand-in tells the test. */
export type Report =
  /** The window's page is loaded; `endpoint` is where its Chromium takes CDP. */
  | { kind: 'window'; endpoint: string }
  | { kind: 'dialog'; message: string; buttons: string[] }
  | { kind: 'error-box'; title: string; text: string }
  | { kind: 'focused' }

export const report = (message: Report) => void process.send?.(message)

export const onCommand = (listener: (command: Command) => void) =>
  process.on('message', (message) => listener(message as Command))
