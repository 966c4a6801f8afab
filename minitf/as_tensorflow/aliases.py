"""Where the old paths lead.

A row of MODULES: a module of TensorFlow's, and the modules in which its names are looked for, first to last;
or the module of TensorFlow's that it is another name of. A row of NAMES: a single name, and where minitf has
it. A module that minitf has under the same path (`tf.nn` is `minitf.nn`) needs no row.
"""

from __future__ import annotations


def _modules(text: str) -> dict[str, str]:
    """The rows of a table; `zero` stands for minitf.as_tensorflow.zero."""
    text = text.replace(" zero", " minitf.as_tensorflow.zero")
    rows = [row.split(None, 1) for row in text.strip().splitlines()]
    return {path: places.strip() for path, places in rows}


def _names(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, target in _modules(text).items():
        module, _, name = path.rpartition(".")
        found.setdefault(module, {})[name] = target
    return found


MODULES = _modules("""
tensorflow                                              zero minitf
tensorflow.app.flags                                    tensorflow.flags
tensorflow.compat.v1                                    tensorflow
tensorflow.contrib.rnn.core_rnn_cell                    minitf.contrib.rnn
tensorflow.contrib.rnn.python                           minitf.contrib.rnn
tensorflow.contrib.rnn.python.ops                       minitf.contrib.rnn
tensorflow.contrib.rnn.python.ops.core_rnn              minitf.contrib.rnn
tensorflow.contrib.rnn.python.ops.core_rnn_cell         minitf.contrib.rnn
tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl    minitf.contrib.rnn
tensorflow.contrib.rnn.python.ops.rnn                   minitf.contrib.rnn
tensorflow.contrib.rnn.python.ops.rnn_cell              minitf.contrib.rnn
tensorflow.contrib.seq2seq                              zero.seq2seq minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python                       minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python.ops                   minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python.ops.attention_wrapper minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python.ops.basic_decoder     minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python.ops.beam_search_decoder minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python.ops.decoder           minitf.contrib.seq2seq minitf.contrib.seq2seq.decoder
tensorflow.contrib.seq2seq.python.ops.helper            minitf.contrib.seq2seq
tensorflow.contrib.seq2seq.python.ops.loss              minitf.contrib.seq2seq
tensorflow.python                                       minitf
tensorflow.python.client                                minitf
tensorflow.python.client.session                        minitf
tensorflow.python.client.timeline                       minitf.timeline
tensorflow.python.control_flow_ops                      tensorflow.python.ops.control_flow_ops
tensorflow.python.data                                  minitf.data
tensorflow.python.data.experimental                     minitf.data.experimental
tensorflow.python.data.experimental.ops                 minitf.data.experimental
tensorflow.python.data.experimental.ops.batching        minitf.data.experimental
tensorflow.python.data.experimental.ops.grouping        minitf.data.experimental
tensorflow.python.data.experimental.ops.interleave_ops  minitf.data.experimental
tensorflow.python.data.experimental.ops.prefetching_ops minitf.data.experimental
tensorflow.python.data.experimental.ops.shuffle_ops     minitf.data.experimental
tensorflow.python.data.ops                              minitf.data
tensorflow.python.data.ops.dataset_ops                  minitf.data
tensorflow.python.data.ops.iterator_ops                 minitf.data
tensorflow.python.data.ops.readers                      minitf.data
tensorflow.python.framework                             minitf
tensorflow.python.framework.constant_op                 minitf
tensorflow.python.framework.dtypes                      minitf minitf.dtypes
tensorflow.python.framework.errors                      minitf.errors
tensorflow.python.framework.errors_impl                 minitf.errors
tensorflow.python.framework.graph_util                  minitf.graph_util
tensorflow.python.framework.graph_util_impl             minitf.graph_util
tensorflow.python.framework.importer                    minitf
tensorflow.python.framework.meta_graph                  minitf.train
tensorflow.python.framework.ops                         minitf
tensorflow.python.framework.random_seed                 minitf
tensorflow.python.framework.sparse_tensor               minitf
tensorflow.python.framework.tensor_shape                minitf.framework.shape minitf
tensorflow.python.framework.tensor_util                 minitf.framework.static minitf.contrib.util minitf
tensorflow.contrib.crf.python                           minitf.contrib
tensorflow.contrib.crf.python.ops                       minitf.contrib
tensorflow.contrib.crf.python.ops.crf                   tensorflow.contrib.crf
tensorflow.contrib.data.python                          minitf.contrib.data
tensorflow.contrib.data.python.ops                      minitf.contrib.data
tensorflow.contrib.data.python.ops.batching             minitf.contrib.data
tensorflow.contrib.data.python.ops.dataset_ops          minitf.contrib.data
tensorflow.contrib.data.python.ops.enumerate_ops        minitf.contrib.data
tensorflow.contrib.data.python.ops.error_ops            minitf.contrib.data
tensorflow.contrib.data.python.ops.grouping             minitf.contrib.data
tensorflow.contrib.data.python.ops.interleave_ops       minitf.contrib.data
tensorflow.contrib.data.python.ops.iterator_ops         minitf.contrib.data
tensorflow.contrib.data.python.ops.random_ops           minitf.contrib.data
tensorflow.contrib.data.python.ops.readers              minitf.contrib.data
tensorflow.contrib.data.python.ops.scan_ops             minitf.contrib.data
tensorflow.contrib.data.python.ops.shuffle_ops          minitf.contrib.data
tensorflow.contrib.data.python.ops.sliding              minitf.contrib.data
tensorflow.contrib.data.python.ops.unique               minitf.contrib.data
tensorflow.contrib.framework.nest                       minitf.contrib.framework.nest
tensorflow.contrib.framework.python                     tensorflow.contrib.framework
tensorflow.contrib.framework.python.framework           minitf.contrib.framework
tensorflow.contrib.framework.python.framework.checkpoint_utils minitf.contrib.framework
tensorflow.contrib.framework.python.framework.tensor_util minitf.contrib.framework
tensorflow.contrib.framework.python.ops                 minitf.contrib.framework
tensorflow.contrib.framework.python.ops.arg_scope       minitf.contrib.framework.scopes
tensorflow.contrib.framework.python.ops.variables       minitf.contrib.framework
tensorflow.contrib.keras                                tensorflow.keras
tensorflow.contrib.keras.datasets                       tensorflow.keras.datasets
tensorflow.contrib.keras.datasets.mnist                 tensorflow.keras.datasets.mnist
tensorflow.contrib.layers.python                        minitf.contrib.layers
tensorflow.contrib.layers.python.layers                 minitf.contrib.layers
tensorflow.contrib.layers.python.layers.initializers    minitf.contrib.layers
tensorflow.contrib.layers.python.layers.layers          minitf.contrib.layers
tensorflow.contrib.layers.python.layers.regularizers    minitf.contrib.layers
tensorflow.contrib.layers.python.layers.summaries       minitf.contrib.layers.summaries
tensorflow.contrib.layers.python.layers.utils           minitf.contrib.layers.utils
tensorflow.contrib.learn.datasets.mnist                 minitf.datasets.mnist
tensorflow.contrib.learn.python                         tensorflow.contrib.learn
tensorflow.contrib.learn.python.learn                   tensorflow.contrib.learn
tensorflow.contrib.learn.python.learn.datasets          tensorflow.contrib.learn.datasets
tensorflow.contrib.learn.python.learn.datasets.mnist    minitf.datasets.mnist
tensorflow.contrib.learn.python.learn.preprocessing     tensorflow.contrib.learn.preprocessing
tensorflow.contrib.legacy_seq2seq                       zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.contrib.lookup.lookup_ops                    minitf.contrib.lookup
tensorflow.contrib.losses                               minitf.contrib.slim.losses
tensorflow.contrib.losses.metric_learning               minitf.contrib.metric_learning
tensorflow.contrib.slim.evaluation                       minitf.contrib.slim.evaluation
tensorflow.contrib.slim.learning                         minitf.contrib.slim.learning
tensorflow.contrib.slim.losses                           minitf.contrib.slim.losses
tensorflow.contrib.slim.metrics                          minitf.contrib.metrics
tensorflow.contrib.slim.model_analyzer                   minitf.contrib.slim.model_analyzer
tensorflow.contrib.slim.queues                           minitf.contrib.slim.queues
tensorflow.contrib.slim.summaries                       minitf.contrib.slim.summaries
tensorflow.contrib.slim.utils                            minitf.contrib.layers.utils
tensorflow.contrib.slim.data_decoder                    minitf.contrib.slim.data_decoder
tensorflow.contrib.slim.data_provider                   minitf.contrib.slim.data_provider
tensorflow.contrib.slim.dataset                         minitf.contrib.slim.dataset
tensorflow.contrib.slim.dataset_data_provider           minitf.contrib.slim.dataset_data_provider
tensorflow.contrib.slim.parallel_reader                 minitf.contrib.slim.parallel_reader
tensorflow.contrib.slim.prefetch_queue                  minitf.contrib.slim.prefetch_queue
tensorflow.contrib.slim.tfexample_decoder               minitf.contrib.slim.tfexample_decoder
tensorflow.contrib.slim.python                          tensorflow.contrib.slim
tensorflow.contrib.slim.python.slim                     minitf.contrib.slim
tensorflow.contrib.slim.python.slim.data                minitf.contrib.slim
tensorflow.contrib.slim.python.slim.data.data_decoder   minitf.contrib.slim.data_decoder
tensorflow.contrib.slim.python.slim.data.data_provider  minitf.contrib.slim.data_provider
tensorflow.contrib.slim.python.slim.data.dataset        minitf.contrib.slim.dataset
tensorflow.contrib.slim.python.slim.data.dataset_data_provider minitf.contrib.slim.dataset_data_provider
tensorflow.contrib.slim.python.slim.data.parallel_reader minitf.contrib.slim.parallel_reader
tensorflow.contrib.slim.python.slim.data.prefetch_queue minitf.contrib.slim.prefetch_queue
tensorflow.contrib.slim.python.slim.data.tfexample_decoder minitf.contrib.slim.tfexample_decoder
tensorflow.contrib.slim.python.slim.evaluation          minitf.contrib.slim.evaluation
tensorflow.contrib.slim.python.slim.learning            minitf.contrib.slim.learning
tensorflow.contrib.slim.python.slim.model_analyzer      minitf.contrib.slim.model_analyzer
tensorflow.contrib.slim.python.slim.queues              minitf.contrib.slim.queues
tensorflow.contrib.metrics.python                       minitf.contrib.metrics
tensorflow.contrib.metrics.python.ops                   minitf.contrib.metrics
tensorflow.contrib.metrics.python.ops.metric_ops        minitf.contrib.metrics
tensorflow.contrib.tensorboard.plugins.projector        minitf.contrib.tensorboard.plugins.projector
tensorflow.contrib.training.python                      tensorflow.contrib.training
tensorflow.contrib.training.python.training             minitf.contrib.training
tensorflow.contrib.training.python.training.evaluation  minitf.contrib.training
tensorflow.contrib.training.python.training.hparam      minitf.contrib.training
tensorflow.contrib.training.python.training.training    minitf.contrib.training
tensorflow.core                                         minitf
tensorflow.core.framework                               minitf
tensorflow.core.framework.attr_value_pb2                minitf.graphs.messages
tensorflow.core.framework.graph_pb2                     minitf.graphs.messages
tensorflow.core.framework.node_def_pb2                  minitf.graphs.messages
tensorflow.core.framework.op_def_pb2                    minitf.graphs.messages
tensorflow.core.framework.summary_pb2                   minitf.graphs.messages
tensorflow.core.framework.tensor_pb2                    minitf.graphs.messages
tensorflow.core.framework.tensor_shape_pb2              minitf.graphs.messages
tensorflow.core.framework.types_pb2                     minitf.graphs.messages
tensorflow.core.framework.variable_pb2                  minitf.graphs.messages
tensorflow.core.framework.versions_pb2                  minitf.graphs.messages
tensorflow.core.protobuf                                minitf
tensorflow.core.protobuf.config_pb2                     minitf
tensorflow.core.protobuf.meta_graph_pb2                 minitf.graphs.messages
tensorflow.core.protobuf.queue_runner_pb2               minitf.graphs.messages
tensorflow.core.protobuf.saved_model_pb2                minitf.graphs.messages
tensorflow.core.protobuf.saver_pb2                      minitf.graphs.messages
tensorflow.examples                                     minitf.datasets
tensorflow.examples.tutorials                           minitf.datasets
tensorflow.examples.tutorials.mnist                     minitf.datasets
tensorflow.examples.tutorials.mnist.input_data          minitf.datasets.mnist
tensorflow.examples.tutorials.mnist.mnist               minitf.datasets.mnist_model
tensorflow.flags                                        minitf.flags
tensorflow.image                                        zero.image minitf.image
tensorflow.keras                                        minitf.datasets
tensorflow.keras.datasets                               minitf.datasets
tensorflow.keras.datasets.mnist                         minitf.datasets.keras_mnist
tensorflow.models                                       minitf.datasets
tensorflow.models.rnn                                   minitf.nn
tensorflow.models.rnn.linear                            minitf.nn.rnn_cell
tensorflow.models.rnn.ptb                               minitf.datasets
tensorflow.models.rnn.ptb.reader                        minitf.datasets.ptb
tensorflow.models.rnn.rnn                               zero.rnn minitf.nn
tensorflow.models.rnn.rnn_cell                          zero.rnn_cell minitf.nn.rnn_cell minitf.contrib.rnn
tensorflow.models.rnn.seq2seq                           zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.nn                                           zero.nn zero.rnn minitf.nn
tensorflow.nn.seq2seq                                   zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.ops                                          tensorflow.python.ops
tensorflow.python.layers                                minitf.layers
tensorflow.python.layers.base                           minitf.layers
tensorflow.python.layers.core                           minitf.layers
tensorflow.python.layers.convolutional                  minitf.layers
tensorflow.python.layers.layers                         minitf.layers
tensorflow.python.layers.normalization                  minitf.layers
tensorflow.python.layers.pooling                        minitf.layers
tensorflow.python.layers.utils                          minitf.contrib.layers.utils
tensorflow.python.lib                                   minitf
tensorflow.python.lib.io                                minitf
tensorflow.python.lib.io.python_io                      minitf.python_io
tensorflow.python.lib.io.tf_record                      minitf.python_io
tensorflow.core                                         minitf
tensorflow.core.example                                 minitf.train
tensorflow.core.example.example_pb2                     minitf.train
tensorflow.core.example.feature_pb2                     minitf.train
tensorflow.python.lib.io.file_io                        minitf.platform.file_io
tensorflow.python.ops                                   minitf
tensorflow.python.ops.array_ops                         tensorflow
tensorflow.python.ops.check_ops                         minitf minitf.debugging
tensorflow.python.ops.candidate_sampling_ops            minitf.nn
tensorflow.python.ops.clip_ops                          minitf
tensorflow.python.ops.control_flow_ops  minitf minitf.ops.control.dataflow minitf.ops.control.control
tensorflow.contrib.ctc                                  zero.nn minitf.nn
tensorflow.contrib.ctc.ctc_ops                          zero.nn minitf.nn
tensorflow.python.ops.ctc_ops                           minitf.nn
tensorflow.python.ops.custom_gradient                   minitf
tensorflow.python.ops.data_flow_ops                     minitf minitf.queue
tensorflow.python.ops.embedding_ops                     minitf.nn
tensorflow.python.ops.functional_ops                    minitf
tensorflow.python.ops.gen_array_ops                     minitf
tensorflow.python.ops.gen_control_flow_ops              minitf
tensorflow.python.ops.gen_data_flow_ops                 minitf
tensorflow.python.ops.gen_image_ops                     minitf.image
tensorflow.python.ops.image_ops                         zero.image minitf.image
tensorflow.python.ops.image_ops_impl                    minitf.image
tensorflow.python.ops.gen_logging_ops                   minitf minitf.summary
tensorflow.python.ops.gen_math_ops                      minitf minitf.math
tensorflow.python.ops.gen_nn_ops                        minitf.nn
tensorflow.python.ops.gen_random_ops                    minitf minitf.random
tensorflow.python.ops.gen_state_ops                     minitf
tensorflow.python.ops.gradients                         minitf
tensorflow.python.ops.gradients_impl                    minitf
tensorflow.python.ops.io_ops                            minitf minitf.io
tensorflow.python.ops.parsing_ops                       minitf minitf.io
tensorflow.python.ops.partitioned_variables             minitf
tensorflow.python.ops.string_ops                        minitf
tensorflow.python.ops.init_ops                          minitf minitf.initializers
tensorflow.python.ops.linalg_ops                        minitf minitf.linalg
tensorflow.python.ops.logging_ops                       minitf
tensorflow.python.ops.lookup_ops                        minitf.contrib.lookup minitf.lookup minitf
tensorflow.python.ops.losses                            minitf.losses
tensorflow.python.ops.losses.losses                     minitf.losses
tensorflow.python.ops.math_ops                          zero minitf minitf.math
tensorflow.python.ops.metrics                           minitf.metrics
tensorflow.python.ops.metrics_impl                      minitf.metrics
tensorflow.python.ops.confusion_matrix                  minitf
tensorflow.python.ops.nn                                tensorflow.nn
tensorflow.python.ops.nn_impl                           minitf.nn
tensorflow.python.ops.nn_ops                            zero.nn minitf.nn minitf
tensorflow.python.ops.numerics                          minitf
tensorflow.python.ops.random_ops                        minitf minitf.random
tensorflow.python.ops.rnn                               zero.rnn minitf.nn minitf.contrib.rnn
tensorflow.python.ops.rnn_cell                          tensorflow.python.ops.rnn_cell_impl
tensorflow.python.ops.rnn_cell_impl                     minitf.nn.rnn_cell minitf.contrib.rnn minitf.rnn.cell
tensorflow.python.ops.script_ops                        minitf
tensorflow.python.ops.seq2seq                           zero.legacy_seq2seq minitf.contrib.legacy_seq2seq
tensorflow.python.ops.sparse_ops                        minitf minitf.sparse
tensorflow.python.ops.special_math_ops                  minitf minitf.math
tensorflow.python.ops.standard_ops                      minitf
tensorflow.python.ops.state_ops                         minitf
tensorflow.python.ops.template                          minitf
tensorflow.python.ops.tensor_array_ops                  minitf
tensorflow.python.ops.variable_scope                    minitf
tensorflow.python.ops.variables                         minitf minitf.ops.state.partitioned_variable
tensorflow.python.platform                              minitf minitf.platform
tensorflow.python.platform.app                          minitf.app
tensorflow.python.platform.flags                        minitf.flags
tensorflow.python.platform.gfile                        minitf.gfile
tensorflow.python.platform.googletest                   minitf.test
tensorflow.python.platform.resource_loader              minitf.resource_loader
tensorflow.python.platform.sysconfig                    minitf.sysconfig
tensorflow.python.platform.test                         minitf.test
tensorflow.python.platform.tf_logging                   minitf.logging
tensorflow.python.saved_model                           minitf.saved_model
tensorflow.python.saved_model.builder                   minitf.saved_model.builder
tensorflow.python.saved_model.builder_impl              minitf.saved_model.builder
tensorflow.python.saved_model.loader                    minitf.saved_model.loader
tensorflow.python.saved_model.loader_impl               minitf.saved_model.loader
tensorflow.python.saved_model.signature_constants       minitf.saved_model.signature_constants
tensorflow.python.saved_model.signature_def_utils       minitf.saved_model.signature_def_utils
tensorflow.python.saved_model.simple_save               minitf.saved_model
tensorflow.python.saved_model.tag_constants             minitf.saved_model.tag_constants
tensorflow.python.saved_model.utils                     minitf.saved_model.utils
tensorflow.python.summary                               minitf.summary
tensorflow.python.summary.summary                       minitf.summary
tensorflow.python.training                              minitf.train
tensorflow.python.training.adagrad                      minitf.train
tensorflow.python.training.adam                         minitf.train
tensorflow.python.training.basic_loops                  minitf.train
tensorflow.python.training.basic_session_run_hooks      minitf.train
tensorflow.python.training.checkpoint_management        minitf.train
tensorflow.python.training.checkpoint_utils             minitf.train
tensorflow.python.training.coordinator                  minitf.train
tensorflow.python.training.gradient_descent             minitf.train
tensorflow.python.training.input                        minitf.train
tensorflow.python.training.learning_rate_decay          minitf.train
tensorflow.python.training.momentum                     minitf.train
tensorflow.python.training.monitored_session            minitf.train
tensorflow.python.training.moving_averages              minitf.train minitf.train.moving_averages
tensorflow.python.training.optimizer                    minitf.train
tensorflow.python.training.queue_runner                 minitf.train
tensorflow.python.training.queue_runner_impl            minitf.train
tensorflow.python.training.rmsprop                      minitf.train
tensorflow.python.training.saver                        minitf.train
tensorflow.python.training.session_manager              minitf.train
tensorflow.python.training.session_run_hook             minitf.train
tensorflow.python.training.supervisor                   minitf.train
tensorflow.python.training.training                     minitf.train
tensorflow.python.training.training_util                minitf.train
tensorflow.contrib.factorization.python                 minitf.contrib.factorization
tensorflow.contrib.factorization.python.ops             minitf.contrib.factorization
tensorflow.contrib.factorization.python.ops.clustering_ops minitf.contrib.factorization minitf.ops.nn.clusters
tensorflow.contrib.learn.datasets.base                  minitf.datasets.base
tensorflow.contrib.learn.python.learn.datasets.base     minitf.datasets.base
tensorflow.core.protobuf.cluster_pb2                    minitf.graphs.messages
tensorflow.core.protobuf.tensorflow_server_pb2          minitf.graphs.messages
tensorflow.python.framework.device                      minitf.framework.devices
tensorflow.python.framework.load_library                minitf.framework.load_library
tensorflow.python.tools                                 minitf.tools
tensorflow.python.tools.freeze_graph                    minitf.tools.freeze_graph
tensorflow.python.training.device_setter                minitf.train.device_setter
tensorflow.python.training.server_lib                   minitf.train
tensorflow.python.training.sync_replicas_optimizer      minitf.train
tensorflow.python.ops.critical_section_ops               minitf
tensorflow.python.ops.gen_resource_variable_ops          minitf minitf.ops.control.critical_section
tensorflow.python.ops.gen_linalg_ops                     minitf minitf.linalg
tensorflow.python.ops.gen_sparse_ops                     minitf minitf.sparse
tensorflow.python.ops.histogram_ops                      minitf
tensorflow.python.ops.linalg                             minitf.linalg
tensorflow.python.ops.linalg.linalg                      minitf.linalg
tensorflow.python.ops.linalg.linalg_impl                 minitf.linalg
tensorflow.python.ops.linalg_ops_impl                    minitf minitf.linalg
tensorflow.python.ops.sets                               minitf.sets
tensorflow.python.ops.sets_impl                          minitf.sets
tensorflow.python.ops.stateless_random_ops               minitf.random
tensorflow.contrib.linalg                                minitf.linalg
tensorflow.contrib.stateless                             minitf.random
tensorflow.python.ops.spectral_ops                       minitf.spectral
tensorflow.python.ops.session_ops                        minitf
tensorflow.contrib.signal                                minitf.signal
tensorflow.python.ops.gen_clustering_ops                minitf.ops.nn.clusters
tensorflow.python.util                                  minitf
tensorflow.python.util.compat                           minitf.compat
tensorflow.python.util.deprecation                      minitf.contrib.framework
tensorflow.python.util.nest                             minitf.contrib.framework.nest
""")

NAMES = _names("""
tensorflow.python.ops.data_flow_ops.Barrier             minitf.ops.io.barriers.Barrier
tensorflow.python.ops.data_flow_ops.MapStagingArea      minitf.ops.io.staging.MapStagingArea
tensorflow.python.ops.data_flow_ops.RecordInput         minitf.ops.io.record_input.RecordInput
tensorflow.python.ops.data_flow_ops.StagingArea         minitf.ops.io.staging.StagingArea
tensorflow.batch_cholesky                                           minitf.cholesky
tensorflow.batch_matrix_band_part                                   minitf.matrix_band_part
tensorflow.batch_matrix_determinant                                 minitf.matrix_determinant
tensorflow.batch_matrix_diag                                        minitf.matrix_diag
tensorflow.batch_matrix_diag_part                                   minitf.matrix_diag_part
tensorflow.batch_matrix_inverse                                     minitf.matrix_inverse
tensorflow.batch_matrix_set_diag                                    minitf.matrix_set_diag
tensorflow.batch_matrix_solve                                       minitf.matrix_solve
tensorflow.batch_matrix_triangular_solve                            minitf.matrix_triangular_solve
tensorflow.batch_self_adjoint_eig                                   minitf.self_adjoint_eig
tensorflow.batch_svd                                                minitf.svd
tensorflow.batch_cholesky_solve                                     minitf.cholesky_solve
tensorflow.batch_fft                                                minitf.fft
tensorflow.batch_fft2d                                              minitf.fft2d
tensorflow.batch_fft3d                                              minitf.fft3d
tensorflow.batch_ifft                                               minitf.ifft
tensorflow.batch_ifft2d                                             minitf.ifft2d
tensorflow.batch_ifft3d                                             minitf.ifft3d
tensorflow.batch_matrix_solve_ls                                    minitf.matrix_solve_ls
tensorflow.batch_matrix_transpose                                   minitf.matrix_transpose
tensorflow.batch_self_adjoint_eigvals                               minitf.self_adjoint_eigvals
tensorflow.contrib.stateless.stateless_random_uniform               minitf.random.stateless_uniform
tensorflow.python.ops.stateless_random_ops.stateless_random_uniform minitf.random.stateless_uniform
tensorflow.contrib.stateless.stateless_random_normal                minitf.random.stateless_normal
tensorflow.python.ops.stateless_random_ops.stateless_random_normal  minitf.random.stateless_normal
tensorflow.complex_abs                                              minitf.abs
tensorflow.inv                                                      minitf.reciprocal
tensorflow.mul                                                      minitf.multiply
tensorflow.neg                                                      minitf.negative
tensorflow.select                                                   minitf.where
tensorflow.sub                                                      minitf.subtract
tensorflow.train.SummaryWriter                                      minitf.summary.FileWriter
tensorflow.is_tensor                                                minitf.contrib.framework.is_tensor
tensorflow.python.framework.tensor_util.MakeNdarray                 minitf.make_ndarray
tensorflow.python.framework.tensor_util.is_tensor                   minitf.contrib.framework.is_tensor
tensorflow.__version__                                              minitf.__version__
tensorflow.contrib.rnn._linear                                      minitf.rnn.rnn_cell._linear
tensorflow.logging._logger                                          minitf.platform.logging._logger
tensorflow.dtypes.as_string                                         minitf.as_string
tensorflow.nn.linear                                                minitf.rnn.rnn_cell._linear
tensorflow.nn.rnn_cell._linear                                      minitf.rnn.rnn_cell._linear
tensorflow.python.ops.rnn_cell_impl._BIAS_VARIABLE_NAME             minitf.rnn.cell.BIAS
tensorflow.python.ops.rnn_cell_impl._Linear                         minitf.rnn.linear.Linear
tensorflow.python.ops.rnn_cell_impl._RNNCell                        minitf.nn.rnn_cell.RNNCell
tensorflow.python.ops.rnn_cell_impl._WEIGHTS_VARIABLE_NAME          minitf.rnn.cell.KERNEL
tensorflow.python.ops.rnn_cell_impl._linear                         minitf.rnn.rnn_cell._linear
tensorflow.contrib.rnn.core_rnn_cell._Linear                        minitf.rnn.linear.Linear
tensorflow.contrib.rnn.core_rnn_cell._linear                        minitf.rnn.rnn_cell._linear
tensorflow.contrib.rnn.python.ops.core_rnn_cell._Linear             minitf.rnn.linear.Linear
tensorflow.contrib.rnn.python.ops.core_rnn_cell._linear             minitf.rnn.rnn_cell._linear
tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl._Linear        minitf.rnn.linear.Linear
tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl._linear        minitf.rnn.rnn_cell._linear
tensorflow.contrib.rnn.python.ops.rnn_cell._Linear                  minitf.rnn.linear.Linear
tensorflow.contrib.rnn.python.ops.rnn_cell._linear                  minitf.rnn.rnn_cell._linear
""")
