import { dialog, type BrowserWindow } from 'electron'
import { describe, expect, test, vi } from 'vitest'
import { createQuitFlow, type QuitAnswer } from '../../electron/main/quit-flow.ts'
import { askAboutRunningJobs } from '../../electron/main/quit-question.ts'

vi.mock('electron', async () => (await import('./electron-double.ts')).electronDouble())

function setUp(active: number) {
  const answers: PromiseWithResolvers<QuitAnswer>[] = []
  const stops: PromiseWithResolvers<void>[] = []
  const parts = {
    activeCount: vi.fn(() => active),
    ask: vi.fn(() => {
      const answer = Promise.withResolvers<QuitAnswer>()
      answers.push(answer)
      return answer.promise
    }),
    stop: vi.fn((_wait: boolean) => {
      const stop = Promise.withResolvers<void>()
      stops.push(stop)
      return stop.promise
    }),
    exit: vi.fn(),
  }
  const flow = createQuitFlow(parts)
  const quit = () => {
    const event = { preventDefault: vi.fn() }
    flow.onBeforeQuit(event)
    // Electron never ends the process by itself: first everything has to stop.
    expect(event.preventDefault).toHaveBeenCalled()
  }
  const answer = async (given: QuitAnswer) => {
    answers.at(-1)?.resolve(given)
    await settled()
  }
  const stopped = async () => {
    stops.at(-1)?.resolve()
    await settled()
  }
  return { ...parts, flow, quit, answer, stopped, stops }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('quitting', () => {
  test('stops at once and without a question when nothing runs', async () => {
    const { quit, ask, stop, exit, stopped, flow } = setUp(0)
    quit()
    expect(ask).not.toHaveBeenCalled()
    expect(stop).toHaveBeenCalledExactlyOnceWith(false)
    expect(flow.ending).toBe(true)
    expect(exit).not.toHaveBeenCalled()
    await stopped()
    expect(exit).toHaveBeenCalledExactlyOnceWith(0)
  })

  test('goes on running when the user wants to stay, and asks again the next time', async () => {
    const { quit, ask, stop, answer, flow } = setUp(2)
    quit()
    expect(ask).toHaveBeenCalledWith(2)
    await answer('stay')
    expect(stop).not.toHaveBeenCalled()
    expect(flow.ending).toBe(false)
    quit()
    expect(ask).toHaveBeenCalledTimes(2)
  })

  test('asks once, however often quit is pressed meanwhile', () => {
    const { quit, ask } = setUp(1)
    quit()
    quit()
    expect(ask).toHaveBeenCalledTimes(1)
  })

  test('stops the jobs in their grace time', async () => {
    const { quit, stop, answer, stopped, exit } = setUp(1)
    quit()
    await answer('stop')
    expect(stop).toHaveBeenCalledExactlyOnceWith(false)
    await stopped()
    expect(exit).toHaveBeenCalledExactlyOnceWith(0)
  })

  test('waits for the jobs, and can still be told to stop them', async () => {
    const { quit, stop, answer, flow, ask } = setUp(1)
    quit()
    await answer('wait')
    expect(stop).toHaveBeenLastCalledWith(true)
    // The windows stay, so that the jobs can be watched to their end.
    expect(flow.ending).toBe(false)
    quit()
    await answer('stay')
    expect(stop).toHaveBeenCalledTimes(1)
    quit()
    await answer('stop')
    expect(ask).toHaveBeenCalledTimes(3)
    expect(stop).toHaveBeenLastCalledWith(false)
    expect(flow.ending).toBe(true)
  })

  test('ends with an error when something did not stop', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { quit, stops, exit } = setUp(0)
    quit()
    stops[0]?.reject(new Error('still there'))
    await settled()
    expect(exit).toHaveBeenCalledExactlyOnceWith(1)
  })

  test('asks nothing when a signal ends it', async () => {
    const { flow, ask, stop } = setUp(3)
    flow.stopNow()
    flow.stopNow()
    await settled()
    expect(ask).not.toHaveBeenCalled()
    expect(stop).toHaveBeenCalledExactlyOnceWith(false)
  })
})

describe('the question about running jobs', () => {
  const window = { isDestroyed: () => false } as BrowserWindow
  const press = (response: number) =>
    vi.mocked(dialog.showMessageBox).mockResolvedValueOnce({ response, checkboxChecked: false })

  test('offers the safe answer first, and means it by Escape', async () => {
    press(0)
    expect(await askAboutRunningJobs(window, 1, 10_000)).toBe('stay')
    expect(dialog.showMessageBox).toHaveBeenCalledWith(
      window,
      expect.objectContaining({
        message: '1 job is running.',
        detail: expect.stringContaining('in 10 s') as string,
        defaultId: 0,
        cancelId: 0,
      }),
    )
  })

  test('answers what was pressed', async () => {
    press(1)
    expect(await askAboutRunningJobs(window, 2, 10_000)).toBe('wait')
    press(2)
    expect(await askAboutRunningJobs(window, 2, 10_000)).toBe('stop')
    press(7)
    expect(await askAboutRunningJobs(window, 2, 10_000)).toBe('stay')
  })
})
