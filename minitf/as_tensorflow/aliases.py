"""Where the old paths lead.

A row of MODULES: a module of TensorFlow's, and the modules in which its names are looked for, first to last;
or the module of TensorFlow's that it is another name of. A row of NAMES: a single name, and where minitf has
it. Braces hold the parts of several paths that lead to one place, where `*` stands for the part. A module
that minitf has under the same path (`tf.nn` is `minitf.nn`) needs no row.
"""

from __future__ import annotations


def _modules(text: str) -> dict[str, str]:
    """The rows of a table; `zero` stands for minitf.as_tensorflow.zero, `gen` for the functions of single ops."""
    found = {}
    text = text.replace(" zero", " minitf.as_tensorflow.zero").replace(" gen ", " minitf.as_tensorflow.gen_ops ")
    for row in text.strip().splitlines():
        path, places = row.split(None, 1)
        head, _, rest = path.partition("{")
        parts, _, tail = rest.partition("}")
        found.update({head + part + tail: places.replace("*", part) for part in parts.split(",")})
    return found


def _names(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, target in _modules(text).items():
        module, _, name = path.rpartition(".")
        found.setdefault(module, {})[name] = target
    return found


MODULES = _modules("""
tensorflow                              zero minitf
tensorflow.app.flags                    tensorflow.flags
tensorflow.array_ops                    tensorflow.python.ops.array_ops
tensorflow.compat.v1                    tensorflow
tensorflow.contrib.crf.python.ops.crf   tensorflow.contrib.crf
tensorflow.contrib.crf.{python,python.ops} minitf.contrib
tensorflow.contrib.ctc                  zero.nn minitf.nn
tensorflow.contrib.ctc.ctc_ops          zero.nn minitf.nn
tensorflow.contrib.data.{python,python.ops,python.ops.batching,python.ops.dataset_ops} minitf.contrib.data
tensorflow.contrib.data.{python.ops.enumerate_ops,python.ops.error_ops,python.ops.grouping} minitf.contrib.data
tensorflow.contrib.data.{python.ops.interleave_ops,python.ops.iterator_ops,python.ops.random_ops} minitf.contrib.data
tensorflow.contrib.data.{python.ops.readers,python.ops.scan_ops,python.ops.shuffle_ops} minitf.contrib.data
tensorflow.contrib.data.{python.ops.sliding,python.ops.unique} minitf.contrib.data
tensorflow.contrib.factorization.python.ops.clustering_ops minitf.contrib.factorization minitf.ops.nn.clusters
tensorflow.contrib.factorization.{python,python.ops} minitf.contrib.factorization
tensorflow.contrib.framework.nest       minitf.contrib.framework.nest
tensorflow.contrib.framework.python     tensorflow.contrib.framework
tensorflow.contrib.framework.python.ops.arg_scope minitf.contrib.framework minitf.contrib.framework.scopes
tensorflow.contrib.framework.python.{framework,framework.checkpoint_utils} minitf.contrib.framework
tensorflow.contrib.framework.python.{framework.tensor_util,ops,ops.variables,ops.ops} minitf.contrib.framework
tensorflow.contrib.image.{python,python.ops,python.ops.image_ops,python.ops.distort_image_ops} minitf.contrib.image
tensorflow.contrib.image.python.ops.{dense_image_warp,sparse_image_warp,interpolate_spline} minitf.contrib.image
tensorflow.contrib.keras                tensorflow.keras
tensorflow.contrib.keras.datasets       tensorflow.keras.datasets
tensorflow.contrib.keras.datasets.mnist tensorflow.keras.datasets.mnist
tensorflow.contrib.layers.python.layers.layers minitf.contrib.layers minitf.contrib.layers.pooling
tensorflow.contrib.layers.python.layers.optimizers minitf.contrib.layers minitf.contrib.layers.optimizers
tensorflow.contrib.layers.python.layers.{embedding_ops,encoders,initializers,normalization} minitf.contrib.layers
tensorflow.contrib.layers.python.layers.{regularizers,rev_block_lib} minitf.contrib.layers
tensorflow.contrib.layers.python.layers.{summaries,utils} minitf.contrib.layers.*
tensorflow.contrib.layers.{python,python.layers,python.ops,python.ops.sparse_ops} minitf.contrib.layers
tensorflow.contrib.learn.datasets.{mnist,base} minitf.datasets.*
tensorflow.contrib.learn.python.learn.datasets.{mnist,base} minitf.datasets.*
tensorflow.contrib.learn.python.learn.{datasets,preprocessing} tensorflow.contrib.learn.*
tensorflow.contrib.learn.{python,python.learn} tensorflow.contrib.learn
tensorflow.contrib.legacy_seq2seq       zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.contrib.lookup.lookup_ops    minitf.contrib.lookup
tensorflow.contrib.losses               zero.losses minitf.contrib.slim.losses
tensorflow.contrib.losses.{python,python.losses,python.losses.loss_ops} tensorflow.contrib.losses
tensorflow.contrib.losses.python.{metric_learning,metric_learning.metric_loss_ops} minitf.contrib.metric_learning
tensorflow.contrib.losses.metric_learning minitf.contrib.metric_learning
tensorflow.contrib.metrics.{python,python.ops,python.ops.metric_ops} minitf.contrib.metrics
tensorflow.contrib.rnn.python.ops.rnn_cell minitf.contrib.rnn
tensorflow.contrib.rnn.{core_rnn_cell,python,python.ops,python.ops.core_rnn} minitf.contrib.rnn
tensorflow.contrib.rnn.{python.ops.core_rnn_cell,python.ops.core_rnn_cell_impl,python.ops.rnn} minitf.contrib.rnn
tensorflow.contrib.seq2seq              zero.seq2seq minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python.ops.decoder minitf.contrib.seq2seq minitf.contrib.seq2seq.decoder
tensorflow.contrib.seq2seq.{python,python.ops,python.ops.attention_wrapper} minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.{python.ops.basic_decoder,python.ops.beam_search_decoder} minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.{python.ops.helper,python.ops.loss} minitf.contrib.seq2seq
tensorflow.contrib.slim.metrics         minitf.contrib.metrics
tensorflow.contrib.slim.python          tensorflow.contrib.slim
tensorflow.contrib.slim.python.slim.data.tfexample_decoder minitf.contrib.slim.tfexample_decoder
tensorflow.contrib.slim.python.slim.data.{data_decoder,data_provider,dataset} minitf.contrib.slim.*
tensorflow.contrib.slim.python.slim.data.{dataset_data_provider,parallel_reader,prefetch_queue} minitf.contrib.slim.*
tensorflow.contrib.slim.python.slim.{evaluation,learning,model_analyzer,queues,summaries} minitf.contrib.slim.*
tensorflow.contrib.slim.python.slim.nets minitf.contrib.slim.nets
tensorflow.contrib.slim.python.slim.nets.{alexnet,inception,inception_v1,inception_v2} minitf.contrib.slim.nets.*
tensorflow.contrib.slim.python.slim.nets.{inception_v3,overfeat,resnet_utils} minitf.contrib.slim.nets.*
tensorflow.contrib.slim.python.slim.nets.{resnet_v1,resnet_v2,vgg} minitf.contrib.slim.nets.*
tensorflow.contrib.slim.python.{slim,slim.data} minitf.contrib.slim
tensorflow.contrib.slim.layers          minitf.contrib.layers
tensorflow.contrib.slim.utils           minitf.contrib.layers.utils
tensorflow.contrib.slim.{data_provider,dataset,dataset_data_provider,parallel_reader} minitf.contrib.slim.*
tensorflow.contrib.slim.losses          zero.losses minitf.contrib.slim.losses
tensorflow.contrib.slim.{evaluation,learning,model_analyzer,queues,summaries,data_decoder} minitf.contrib.slim.*
tensorflow.contrib.slim.{nets,prefetch_queue,tfexample_decoder} minitf.contrib.slim.*
tensorflow.contrib.slim.nets.{alexnet,inception,overfeat,resnet_utils} minitf.contrib.slim.nets.*
tensorflow.contrib.slim.nets.{resnet_v1,resnet_v2,vgg} minitf.contrib.slim.nets.*
tensorflow.contrib.stateless            minitf.random
tensorflow.contrib.tensorboard.plugins.projector minitf.contrib.tensorboard.plugins.projector
tensorflow.contrib.training.python      tensorflow.contrib.training
tensorflow.contrib.training.python.training.training minitf.contrib.training
tensorflow.contrib.training.python.{training,training.evaluation,training.hparam} minitf.contrib.training
tensorflow.contrib.{distributions,linalg,signal} minitf.*
tensorflow.core.example                 minitf.train
tensorflow.core.example.{example_pb2,feature_pb2} minitf.train
tensorflow.core.framework.{attr_value_pb2,graph_pb2,node_def_pb2,op_def_pb2,summary_pb2} minitf.graphs.messages
tensorflow.core.framework.{tensor_pb2,tensor_shape_pb2,types_pb2,variable_pb2,versions_pb2} minitf.graphs.messages
tensorflow.core.protobuf.config_pb2     minitf
tensorflow.core.protobuf.tensorflow_server_pb2 minitf.graphs.messages
tensorflow.core.protobuf.{meta_graph_pb2,queue_runner_pb2,saved_model_pb2,saver_pb2,cluster_pb2} minitf.graphs.messages
tensorflow.core.{framework,protobuf}    minitf
tensorflow.examples.tutorials           minitf.datasets
tensorflow.examples.tutorials.mnist     minitf.datasets
tensorflow.examples.tutorials.mnist.input_data minitf.datasets.mnist
tensorflow.examples.tutorials.mnist.mnist minitf.datasets.mnist_model
tensorflow.flags                        minitf.flags
tensorflow.image                        zero.image minitf.image
tensorflow.keras.datasets               minitf.datasets
tensorflow.keras.datasets.mnist         minitf.datasets.keras_mnist
tensorflow.models.rnn                   minitf.nn
tensorflow.models.rnn.linear            minitf.nn.rnn_cell
tensorflow.models.rnn.ptb               minitf.datasets
tensorflow.models.rnn.ptb.reader        minitf.datasets.ptb
tensorflow.models.rnn.rnn               zero.rnn minitf.nn
tensorflow.models.rnn.rnn_cell          zero.rnn_cell minitf.nn.rnn_cell minitf.contrib.rnn
tensorflow.models.rnn.seq2seq           zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.nn                           zero.nn zero.rnn minitf.nn
tensorflow.nn.seq2seq                   zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.ops                          tensorflow.python.ops
tensorflow.python.client.device_lib     minitf.platform.device_lib
tensorflow.python.client.session        minitf
tensorflow.python.client.timeline       minitf.profiler.timeline
tensorflow.python.control_flow_ops      tensorflow.python.ops.control_flow_ops
tensorflow.python.data.{experimental,experimental.ops,experimental.ops.batching} minitf.data.experimental
tensorflow.python.data.{experimental.ops.grouping,experimental.ops.interleave_ops} minitf.data.experimental
tensorflow.python.data.{experimental.ops.prefetching_ops,experimental.ops.shuffle_ops} minitf.data.experimental
tensorflow.python.data.{ops,ops.dataset_ops,ops.iterator_ops,ops.readers} minitf.data
tensorflow.python.eager.context         minitf
tensorflow.python.framework.device      minitf.framework.devices
tensorflow.python.framework.dtypes      minitf minitf.dtypes
tensorflow.python.framework.errors_impl minitf.errors
tensorflow.python.framework.graph_util_impl minitf.graph_util
tensorflow.python.framework.load_library minitf.framework.load_library
tensorflow.python.framework.meta_graph  minitf.train
tensorflow.python.framework.tensor_shape minitf.framework.shape minitf
tensorflow.python.framework.tensor_util minitf.framework.static minitf.contrib.util minitf
tensorflow.python.framework.{constant_op,importer,ops,random_seed,sparse_tensor} minitf
tensorflow.python.framework.{errors,graph_util} minitf.*
tensorflow.python.framework.smart_cond  minitf.contrib.framework
tensorflow.python.layers.utils          minitf.contrib.layers.utils
tensorflow.python.layers.{base,core,convolutional,layers,normalization,pooling} minitf.layers
tensorflow.python.lib.io                minitf
tensorflow.python.lib.io.file_io        minitf.platform.file_io
tensorflow.python.lib.io.{python_io,tf_record} minitf.python_io
tensorflow.python.ops.array_ops         tensorflow
tensorflow.python.ops.check_ops         minitf minitf.debugging
tensorflow.python.ops.control_flow_ops  minitf minitf.ops.control.dataflow minitf.ops.control.control
tensorflow.python.ops.data_flow_ops     minitf minitf.queue
tensorflow.python.ops.gen_clustering_ops gen minitf.ops.nn.clusters
tensorflow.python.ops.gen_logging_ops gen minitf minitf.summary
tensorflow.python.ops.gen_resource_variable_ops gen minitf minitf.ops.control.critical_section
tensorflow.python.ops.image_ops         zero.image minitf.image
tensorflow.python.ops.init_ops          minitf minitf.initializers
tensorflow.python.ops.linalg.{linalg,linalg_impl} minitf.linalg
tensorflow.python.ops.lookup_ops        minitf.contrib.lookup minitf.lookup minitf
tensorflow.python.ops.losses.losses     minitf.losses
tensorflow.python.ops.math_ops          zero minitf minitf.math
tensorflow.python.ops.metrics_impl      minitf.metrics
tensorflow.python.ops.nn                tensorflow.nn
tensorflow.python.ops.nn_ops            zero.nn minitf.nn minitf
tensorflow.python.ops.rnn               zero.rnn minitf.nn minitf.contrib.rnn
tensorflow.python.ops.rnn_cell          tensorflow.python.ops.rnn_cell_impl
tensorflow.python.ops.rnn_cell_impl     minitf.nn.rnn_cell minitf.contrib.rnn minitf.rnn.cell
tensorflow.python.ops.seq2seq           zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.python.ops.sets_impl         minitf.sets
tensorflow.python.ops.spectral_ops      minitf.spectral
tensorflow.python.ops.stateless_random_ops minitf.random
tensorflow.python.ops.variables         minitf minitf.ops.state.partitioned_variable
tensorflow.python.ops.gen_image_ops     gen minitf.image
tensorflow.python.ops.gen_linalg_ops    gen minitf minitf.linalg
tensorflow.python.ops.gen_math_ops      gen minitf minitf.math
tensorflow.python.ops.gen_nn_ops        gen minitf.nn
tensorflow.python.ops.gen_random_ops    gen minitf minitf.random
tensorflow.python.ops.gen_sparse_ops    gen minitf minitf.sparse
tensorflow.python.ops.gen_{io_ops,parsing_ops} gen minitf minitf.io
tensorflow.python.ops.gen_{array_ops,control_flow_ops,data_flow_ops,state_ops,string_ops} gen minitf
tensorflow.python.ops.image_ops_impl    minitf.image
tensorflow.python.ops.losses.util       minitf.losses
tensorflow.python.ops.resource_variable_ops minitf minitf.ops.state.resource_variable
tensorflow.python.ops.special_math_ops  minitf minitf.math
tensorflow.python.ops.random_ops        minitf minitf.random
tensorflow.python.ops.{candidate_sampling_ops,ctc_ops,embedding_ops,nn_impl} minitf.nn
tensorflow.python.ops.{clip_ops,custom_gradient,functional_ops,gradients,gradients_impl,map_fn} minitf
tensorflow.python.ops.{io_ops,parsing_ops} minitf minitf.io
tensorflow.python.ops.{linalg_ops,linalg_ops_impl} minitf minitf.linalg
tensorflow.python.ops.{losses,metrics,linalg,sets} minitf.*
tensorflow.python.ops.{partitioned_variables,gradient_checker} minitf minitf.test
tensorflow.python.ops.sparse_ops        minitf minitf.sparse
tensorflow.python.ops.{string_ops,logging_ops,confusion_matrix,numerics,script_ops,standard_ops,state_ops} minitf
tensorflow.python.ops.{template,tensor_array_ops,variable_scope,critical_section_ops,histogram_ops,session_ops} minitf
tensorflow.python.platform              minitf minitf.platform
tensorflow.python.platform.googletest   minitf.test
tensorflow.python.platform.tf_logging   minitf.logging
tensorflow.python.platform.{app,flags,gfile,resource_loader,sysconfig,test} minitf.*
tensorflow.python.saved_model.builder_impl minitf.saved_model.builder
tensorflow.python.saved_model.loader_impl minitf.saved_model.loader
tensorflow.python.saved_model.simple_save minitf.saved_model
tensorflow.python.saved_model.{builder,loader,signature_constants,signature_def_utils} minitf.saved_model.*
tensorflow.python.saved_model.{tag_constants,utils} minitf.saved_model.*
tensorflow.python.summary.summary       minitf.summary
tensorflow.python.tools.freeze_graph    minitf.tools.freeze_graph
tensorflow.python.training              minitf.train
tensorflow.python.training.device_setter minitf.train.device_setter
tensorflow.python.training.moving_averages minitf.train minitf.train.moving_averages
tensorflow.python.training.{adagrad,adam,basic_loops,basic_session_run_hooks,checkpoint_management} minitf.train
tensorflow.python.training.{checkpoint_utils,coordinator,gradient_descent,input,learning_rate_decay} minitf.train
tensorflow.python.training.{momentum,monitored_session,optimizer,queue_runner,queue_runner_impl,rmsprop} minitf.train
tensorflow.python.training.{saver,session_manager,session_run_hook,supervisor,training,training_util} minitf.train
tensorflow.python.training.{server_lib,sync_replicas_optimizer} minitf.train
tensorflow.python.util.compat           minitf.compat
tensorflow.python.util.deprecation      minitf.contrib.framework
tensorflow.python.util.nest             minitf.contrib.framework.nest
tensorflow.python.{client,eager,framework,lib,ops,util} minitf
tensorflow.python.{data,layers,saved_model,summary,tools} minitf.*
tensorflow.{examples,keras,models}      minitf.datasets
tensorflow.{python,core}                minitf
""")

NAMES = _names("""
tensorflow.__version__                  minitf.__version__
tensorflow.batch_{cholesky,cholesky_solve,fft,fft2d,fft3d,ifft,ifft2d,ifft3d,matrix_band_part}  minitf.*
tensorflow.batch_{matrix_determinant,matrix_diag,matrix_diag_part,matrix_inverse,matrix_set_diag}  minitf.*
tensorflow.batch_{matrix_solve,matrix_solve_ls,matrix_transpose,matrix_triangular_solve}  minitf.*
tensorflow.batch_{self_adjoint_eig,self_adjoint_eigvals,svd}  minitf.*
tensorflow.complex_abs                  minitf.abs
tensorflow.contrib.framework.python.ops.arg_scope  minitf.contrib.framework.arg_scope
tensorflow.python.ops.gradients_impl._hessian_vector_product minitf.autodiff.hessians.hessian_vector_product
tensorflow.contrib.rnn.{_linear,core_rnn_cell._linear}  minitf.rnn.rnn_cell._linear
tensorflow.contrib.rnn.core_rnn_cell._Linear  minitf.rnn.linear.Linear
tensorflow.contrib.rnn.python.ops.{core_rnn_cell,core_rnn_cell_impl,rnn_cell}._Linear  minitf.rnn.linear.Linear
tensorflow.contrib.rnn.python.ops.{core_rnn_cell,core_rnn_cell_impl,rnn_cell}._linear  minitf.rnn.rnn_cell._linear
tensorflow.contrib.stateless.stateless_random_{normal,uniform}  minitf.random.stateless_*
tensorflow.inv                          minitf.reciprocal
tensorflow.is_tensor                    minitf.contrib.framework.is_tensor
tensorflow.logging._logger              minitf.platform.logging._logger
tensorflow.mul                          minitf.multiply
tensorflow.neg                          minitf.negative
tensorflow.nn.{linear,rnn_cell._linear}  minitf.rnn.rnn_cell._linear
tensorflow.python.framework.tensor_util.MakeNdarray  minitf.make_ndarray
tensorflow.python.framework.tensor_util.is_tensor  minitf.contrib.framework.is_tensor
tensorflow.python.layers.core.FullyConnected  minitf.layers.Dense
tensorflow.python.layers.core.fully_connected  minitf.layers.dense
tensorflow.python.layers.normalization.BatchNorm  minitf.layers.BatchNormalization
tensorflow.python.layers.normalization.batch_norm  minitf.layers.batch_normalization
tensorflow.python.ops.data_flow_ops.{MapStagingArea,StagingArea}  minitf.ops.io.staging.*
tensorflow.python.ops.data_flow_ops.Barrier  minitf.ops.io.barriers.Barrier
tensorflow.python.ops.data_flow_ops.RecordInput  minitf.ops.io.record_input.RecordInput
tensorflow.python.ops.rnn_cell_impl._BIAS_VARIABLE_NAME  minitf.rnn.cell.BIAS
tensorflow.python.ops.rnn_cell_impl._Linear  minitf.rnn.linear.Linear
tensorflow.python.ops.rnn_cell_impl._RNNCell  minitf.nn.rnn_cell.RNNCell
tensorflow.python.ops.rnn_cell_impl._WEIGHTS_VARIABLE_NAME  minitf.rnn.cell.KERNEL
tensorflow.python.ops.rnn_cell_impl._linear  minitf.rnn.rnn_cell._linear
tensorflow.python.ops.stateless_random_ops.stateless_random_{normal,uniform}  minitf.random.stateless_*
tensorflow.python.ops.variables.VariableV1  minitf.Variable
tensorflow.select                       minitf.where
tensorflow.sub                          minitf.subtract
tensorflow.train.SummaryWriter          minitf.summary.FileWriter
""")
