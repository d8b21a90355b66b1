import { createORPCClient, ORPCError } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { problemContentType } from '../../api/http/problem.ts'
import { apiPrefix } from '../../api/http/routes.ts'
import { contract, type Contract } from '../../contract/contract.ts'
import { problemSchema } from '../../contract/errors.ts'
import type { RunnerAddress } from './find-runner.ts'

/** Every operation of the contract, called over REST. Rejects with ORPCErrors that carry Toril's codes. */
export type TorilClient = ContractRouterClient<Contract>

export function createClient({ url, token }: RunnerAddress): TorilClient {
  const link = new OpenAPILink(contract, {
    url: `${url}${apiPrefix}`,
    headers: { authorization: `Bearer ${token}`, 'x-toril-client': 'cli' },
    fetch: async (request, init) => asJson(await fetch(request, init)),
    customErrorResponseBodyDecoder(body) {
      const problem = problemSchema.safeParse(body).data
      if (problem === undefined) return undefined
      const { code, status, message, issues } = problem
      return new ORPCError(code, { status, message, data: { issues } })
    },
  })
  return createORPCClient(link)
}

/** oRPC parses `application/json` alone, and takes a problem document and an attachment for a file. */
function asJson(response: Response): Response {
  const isProblem = response.headers.get('content-type')?.startsWith(problemContentType) === true
  if (!isProblem && !response.headers.has('content-disposition')) return response
  return new Response(response.body, { status: response.status, headers: { 'content-type': 'application/json' } })
}
