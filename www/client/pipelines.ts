/** The part of WebGPU that builds a pipeline. */
export interface PipelineBuilder {
  createComputePipeline(...given: unknown[]): unknown;
}

/**
 * Tells after each pipeline that is built through `builder`, WebGPU's own prototype, how many there are: a first step
 * builds some dozens, which takes a moment on a GPU and long on a software adapter.
 */
export function countPipelines(builder: PipelineBuilder, tell: (count: number) => void): void {
  const build = builder.createComputePipeline;
  let count = 0;
  builder.createComputePipeline = function (this: unknown, ...given: unknown[]) {
    const pipeline = build.apply(this, given);
    tell(++count);
    return pipeline;
  };
}
