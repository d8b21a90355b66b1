import { registerHooks } from 'node:module'
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import type { FromThread, StrippedText } from './protocol.ts'

/** Stripping takes some milliseconds, and its thread half a second to start; then Node strips the types itself. */
const patienceMs = 20_000

const typeScript = /\.m?ts$/
const moduleSyntax = /^\s*(?:import|export)\b/m
const commonJsSyntax = /\brequire\s*\(|\b(?:module\.)?exports\b/

/** Asks the runner for the text, and stands still meanwhile: a module is loaded in one piece. */
function ask(url: string, post: (message: FromThread, transfer: MessagePort[]) => void): StrippedText {
  const { port1, port2 } = new MessageChannel()
  const flag = new Int32Array(new SharedArrayBuffer(4))
  post({ kind: 'strip', url, port: port2, flag }, [port2])
  const waited = Atomics.wait(flag, 0, 0, patienceMs)
  const received = waited === 'timed-out' ? undefined : receiveMessageOnPort(port1)
  port1.close()
  return received?.message as StrippedText
}

/**
 * Lets this thread import TypeScript whose types the runner has stripped: Node's own stripper would take
 * 10 MB in each thread. Only ES modules of a jobs folder; everything else Node loads itself.
 */
export function registerStrippedModules(post: (message: FromThread, transfer: MessagePort[]) => void): void {
  registerHooks({
    load(url, context, next) {
      const [path = url] = url.split(/[?#]/)
      const mayBe = url.startsWith('file:') && typeScript.test(path) && !path.includes('/node_modules/')
      if (!mayBe || context.format === 'commonjs-typescript') return next(url, context)
      const source = ask(url, post)
      if (source === undefined) return next(url, context)
      // Without a package.json that says it, the text must: Node would look at it in the same way.
      const isModule =
        context.format === 'module-typescript' || (moduleSyntax.test(source) && !commonJsSyntax.test(source))
      return isModule ? { format: 'module', source, shortCircuit: true } : next(url, context)
    },
  })
}
