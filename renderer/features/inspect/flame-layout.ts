import type { CallNode } from '../../../electron/contract/call-tree.ts'

/** A call as it is drawn; `left` and `width` are shares of the whole, from 0 to 1. */
export interface FlameCell {
  node: CallNode
  depth: number
  left: number
  width: number
  parent: string | undefined
}

/** Narrower ones could neither be seen nor pressed. */
const narrowest = 1 / 500

/** The calls below the root, each under its caller. Zoomed, a call and those that lead to it fill the width. */
export function layoutFlame(root: CallNode, zoomedId: string | undefined): FlameCell[] {
  const cells: FlameCell[] = []
  const path = zoomedId === undefined ? [] : pathTo(root, zoomedId)
  const place = (node: CallNode, depth: number, left: number, width: number, parent: string | undefined): void => {
    if (depth > 0) cells.push({ node, depth: depth - 1, left, width, parent })
    const within = depth > 0 ? node.id : undefined
    const next = path[depth + 1]
    if (next !== undefined && path[depth] === node) return place(next, depth + 1, 0, 1, within)
    if (node.totalUs === 0) return
    let at = left
    for (const child of node.children) {
      const share = (child.totalUs / node.totalUs) * width
      if (share >= narrowest) place(child, depth + 1, at, share, within)
      at += share
    }
  }
  place(root, 0, 0, 1, undefined)
  return cells
}

/** From the root down to the node with this id, both included; empty when there is none. */
function pathTo(node: CallNode, id: string): CallNode[] {
  if (node.id === id) return [node]
  for (const child of node.children) {
    const below = pathTo(child, id)
    if (below.length > 0) return [node, ...below]
  }
  return []
}

/** Where an arrow key leads from a cell. */
export function neighbour(cells: readonly FlameCell[], id: string, key: string): FlameCell | undefined {
  const cell = cells.find(({ node }) => node.id === id)
  if (cell === undefined) return cells[0]
  if (key === 'ArrowUp') return cells.find(({ node }) => node.id === cell.parent)
  if (key === 'ArrowDown') return cells.find(({ parent }) => parent === id)
  if (key === 'Home') return cells[0]
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return undefined
  const row = cells.filter(({ depth }) => depth === cell.depth).toSorted((a, b) => a.left - b.left)
  return row[row.indexOf(cell) + (key === 'ArrowRight' ? 1 : -1)]
}
