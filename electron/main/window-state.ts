import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'

/** Sizes and positions in density-independent pixels. */
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

const windowStateSchema = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean().default(false),
})
export type WindowState = z.infer<typeof windowStateSchema>

export const minimumSize = { width: 1024, height: 700 }
const defaultState: WindowState = { width: 1440, height: 900, maximized: false }

/**
 * Where the window was, if the file can be read; else the default. A position on a screen that is gone
 * is dropped, so that the window is never out of reach.
 */
export function readWindowState(file: string, screens: Area[]): WindowState {
  const stored = parse(file)
  if (stored === undefined) return defaultState
  const { x, y, ...size } = stored
  const state: WindowState = {
    ...size,
    width: Math.max(size.width, minimumSize.width),
    height: Math.max(size.height, minimumSize.height),
  }
  if (x === undefined || y === undefined) return state
  const reachable = screens.some((screen) => overlaps({ x, y, width: state.width, height: state.height }, screen))
  return reachable ? { ...state, x, y } : state
}

export function writeWindowState(file: string, state: WindowState): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(state))
  renameSync(`${file}.new`, file)
}

function parse(file: string): WindowState | undefined {
  try {
    return windowStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Missing at the first start; broken, it is worth no message: the window just opens in the middle.
    return undefined
  }
}

/** At least 100 px of both must meet, enough to grab the window by. */
function overlaps(a: Area, b: Area): boolean {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return across >= 100 && down >= 100
}
