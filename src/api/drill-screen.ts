// GET /api/drill/image/<id>/<increment>.png: the last screen of the last drill of a point, for whoever may use the image.
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { CODE, OneError } from '../model/errors.ts';
import { screenFile } from '../vm/screens.ts';
import { callerOf } from './http-session.ts';
import { sendAnswer } from './forward-pass.ts';
import type { Services } from './method.ts';
import { authorized } from './noun.ts';
import { IMAGE } from './nouns/stored.ts';
import type { Sessions } from './session.ts';

const NUMBER = /^\d{1,9}$/;

export function drillScreenRoute(server: FastifyInstance, services: Services, sessions: Sessions): void {
  server.get<{ Params: { id: string; increment: string } }>(
    '/api/drill/image/:id/:increment.png',
    async (request, reply) => {
      const [id, pointId] = [request.params.id, request.params.increment].map((text) =>
        NUMBER.test(text) ? Number(text) : -1,
      ) as [number, number];
      const call = await callerOf(request, sessions, services);
      const image = await authorized(call, IMAGE, id, 'USE');
      const point = image.points.find((one) => one.id === pointId);
      const file = screenFile(services.parts.screenDirectory, image.id, pointId);
      const picture = point?.drill?.screen ? await readFile(file).catch(ifGone) : undefined;
      if (!picture) {
        // it is kept by the node that has carried out the drill
        const answers = await services.forwarding.others(call, { method: 'GET', path: request.url, body: '' });
        const found = answers.find(({ ok }) => ok);
        for (const answer of answers) if (answer !== found) await answer.body?.cancel();
        if (!found) throw noPicture(image.id, pointId);
        sendAnswer(found, reply, (error) => services.parts.log.warn({ err: error }, 'a picture broke off'));
        return reply;
      }
      return reply.type('image/png').header('cache-control', 'no-store').send(picture);
    },
  );
}

function noPicture(imageId: number, pointId: number): OneError {
  const message = `There is no picture of a drill of increment ${pointId} of image ${imageId}.`;
  return new OneError(CODE.NO_EXISTS, message, { objectId: imageId });
}

/** The next drill takes away the picture of the one before. */
function ifGone(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== 'ENOENT') throw cause;
  return undefined;
}
