import {
  getEventIteratorSchemaDetails,
  isContractProcedure,
  type AnySchema,
  type Route as ContractRoute,
} from '@orpc/contract'
import { contract } from '../../contract/contract.ts'

/** Everything below is the REST door; the version is part of the address. */
export const apiPrefix = '/api/v1'

export interface Route {
  operation: string
  method: string
  /** Below the prefix, e.g. `/jobs/{id}/logs`. */
  path: string
  /** Answers server-sent events. */
  streams: boolean
}

/** What a path takes; no methods when there is no such path. */
export interface PathInfo {
  methods: string[]
  streams: boolean
}

/** Every operation of the contract with its method and path. */
export function listRoutes(): Route[] {
  return Object.entries(contract).flatMap(([group, procedures]) =>
    Object.entries(procedures).flatMap(([name, procedure]) => {
      if (!isContractProcedure(procedure)) return []
      const definition: { route: ContractRoute; outputSchema?: AnySchema } = procedure['~orpc']
      const { route, outputSchema } = definition
      const { method = 'POST', path = `/${group}/${name}` } = route
      const streams = getEventIteratorSchemaDetails(outputSchema) !== undefined
      return [{ operation: `${group}.${name}`, method, path, streams }]
    }),
  )
}

/** Tells what a path below the prefix takes. */
export function createPathLookup(routes: readonly Route[]): (path: string) => PathInfo {
  const patterns = routes.map((route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
  }))
  return (path) => {
    const matching = patterns.filter(({ pattern }) => pattern.test(path))
    const methods = new Set(matching.map(({ method }) => method))
    if (methods.has('GET')) methods.add('HEAD')
    return {
      methods: methods.size === 0 ? [] : [...methods, 'OPTIONS'],
      streams: matching.some(({ streams }) => streams),
    }
  }
}
