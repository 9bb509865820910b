import {
  create,
  createRegistry,
  type DescFile,
  type DescService,
  type MessageInitShape,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { ERROR_TABLE } from '../../core/index.ts';
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from '../../protocol/index.ts';

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']>;

/** What `grpc.reflection.v1.ServerReflection` knows about some services: pure, one answer per question. */
export class ReflectionAnswers {
  readonly #services: readonly DescService[];
  readonly #files = new Map<string, DescFile>();
  readonly #registry: Registry;

  constructor(services: readonly DescService[]) {
    this.#services = services;
    for (const { file } of services) this.#addFile(file);
    this.#registry = createRegistry(...this.#files.values());
  }

  answer(request: ServerReflectionRequest): ServerReflectionResponse {
    return create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: this.#answerTo(request.messageRequest),
    });
  }

  #answerTo(question: ServerReflectionRequest['messageRequest']): Answer {
    switch (question.case) {
      case 'listServices': {
        const service = this.#services.map(({ typeName }) => ({ name: typeName }));
        return { case: 'listServicesResponse', value: { service } };
      }
      case 'fileByFilename':
        return fileAnswer(this.#files.get(question.value), `file '${question.value.slice(0, 200)}'`);
      case 'fileContainingSymbol':
        return fileAnswer(this.#fileOf(question.value), `symbol '${question.value.slice(0, 200)}'`);
      case 'allExtensionNumbersOfType':
        return this.#registry.getMessage(question.value) === undefined
          ? missing(`type '${question.value.slice(0, 200)}'`)
          : { case: 'allExtensionNumbersResponse', value: { baseTypeName: question.value } };
      case 'fileContainingExtension':
        return missing(`extension ${question.value.extensionNumber}`);
      case undefined:
        return failure(ERROR_TABLE.invalid_request.grpc, "'message_request' is required.");
      default:
        return question satisfies never;
    }
  }

  /** Of a type or service, or of the one that a field, value or method of that name belongs to. */
  #fileOf(symbol: string): DescFile | undefined {
    const found = this.#registry.get(symbol);
    if (found !== undefined) return found.file;
    const dot = symbol.lastIndexOf('.');
    const owner = dot < 0 ? undefined : this.#registry.get(symbol.slice(0, dot));
    const member = symbol.slice(dot + 1);
    switch (owner?.kind) {
      case 'message':
        return [...owner.fields, ...owner.oneofs].some(({ name }) => name === member)
          ? owner.file
          : undefined;
      case 'service':
        return owner.methods.some(({ name }) => name === member) ? owner.file : undefined;
      case 'enum':
        return owner.values.some(({ name }) => name === member) ? owner.file : undefined;
      default:
        return undefined;
    }
  }

  #addFile(file: DescFile): void {
    this.#files.set(file.proto.name, file);
    for (const dependency of file.dependencies) this.#addFile(dependency);
  }
}

/** The file and all that it imports, each once, what is imported first. */
function fileAnswer(file: DescFile | undefined, what: string): Answer {
  if (file === undefined) return missing(what);
  const files = new Set<DescFile>();
  const add = (next: DescFile): void => {
    for (const dependency of next.dependencies) add(dependency);
    files.add(next);
  };
  add(file);
  // The file that was asked for comes first: some clients look no further.
  const inOrder = [file, ...[...files].filter((other) => other !== file)];
  const fileDescriptorProto = inOrder.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function missing(what: string): Answer {
  return failure(ERROR_TABLE.not_found.grpc, `There is no ${what}.`);
}

function failure(errorCode: number, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}
