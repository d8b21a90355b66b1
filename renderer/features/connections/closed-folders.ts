import { useState } from 'react'

const key = 'toril.connections.closed-folders'

function read(): ReadonlySet<string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return new Set(Array.isArray(stored) ? stored.filter((name): name is string => typeof name === 'string') : [])
  } catch {
    // No storage, or something else in it: every folder is open.
    return new Set()
  }
}

/** Folders that were closed in this browser, and a way to close or open one. */
export function useClosedFolders(): [ReadonlySet<string>, (folder: string) => void] {
  const [closed, setClosed] = useState(read)
  const toggle = (folder: string): void => {
    const next = new Set(closed)
    if (!next.delete(folder)) next.add(folder)
    setClosed(next)
    try {
      localStorage.setItem(key, JSON.stringify([...next]))
    } catch {
      // It is kept for this visit only.
    }
  }
  return [closed, toggle]
}
