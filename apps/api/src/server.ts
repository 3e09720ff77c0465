import type { Logger } from '@handover/observability';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { AppModule, type ApiParts } from './app.module.ts';
import { jsonBody } from './http/json-body.ts';
import { ProblemFilter } from './http/problem.ts';
import { validation } from './http/validation.ts';

/** The HTTP edge over its parts; not listening yet. */
export const createApi = async (parts: ApiParts, log: Logger): Promise<NestExpressApplication> => {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.from(parts), { bodyParser: false, logger: ['error', 'warn'], abortOnError: false });
  const problems = new ProblemFilter(log);
  app.use(['/docs', '/console'], helmet()); // pages; JSON needs none of it but this:
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('x-content-type-options', 'nosniff');
    next();
  });
  app.use(jsonBody);
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => problems.answer(error, request, response));
  app.useGlobalPipes(validation());
  app.useGlobalFilters(problems);
  app.disable('x-powered-by');

  const description = new DocumentBuilder()
    .setTitle('Handover')
    .setVersion('0.1.0')
    .setDescription("Joiners, movers, leavers and numbers of a company's Dialpad, with approvals and a record.")
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), { jsonDocumentUrl: 'openapi.json', customSiteTitle: 'Handover API' });

  return app;
};
