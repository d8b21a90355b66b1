import { cpuProfileSchema, profileFileName } from '../../contract/profile.ts'

interface Answer {
  response?: { status: number; headers: Record<string, string | string[] | undefined>; body: unknown } | undefined
}

const profileMark = cpuProfileSchema.pick({ $toril: true })

/**
 * Gives a CPU profile the header that makes browsers and `curl -OJ` save it as a file. As a stream, because
 * oRPC takes the header away from every plain body.
 */
export async function asAttachment<Result extends Answer>({ next }: { next(): Promise<Result> }): Promise<Result> {
  const result = await next()
  if (result.response === undefined || result.response.status >= 400) return result
  const { response } = result
  const profile = profileMark.safeParse(response.body).data
  if (profile === undefined) return result
  const headers = {
    ...response.headers,
    'content-type': 'application/json',
    'content-disposition': `attachment; filename="${profileFileName(profile.$toril.job)}"`,
  }
  return { ...result, response: { ...response, headers, body: new Response(JSON.stringify(response.body)).body } }
}
