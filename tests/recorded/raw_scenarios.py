"""Ops by their own names as programs of `tf`, as in session_scenarios: those of older versions, those of several."""

import numpy as np
from data_scenarios import said
from session_scenarios import scenario

IMAGES = "np.arange(96,dtype=np.float32).reshape(2,4,4,3)%7"
IMAGE = "np.arange(48,dtype=np.float32).reshape(1,4,4,3)%7"
FILTERS = "np.arange(24,dtype=np.float32).reshape(2,2,3,2)%3"
BOXES = "np.float32([[0,0,1,1],[0,.1,1,1.1],[0,2,1,3],[0,2.05,1,3]])"
POOL = "ksize=[1,2,2,1],strides=[1,2,2,1],padding='VALID'"
CALLS = [
    f"R.MaxPoolV2(input={IMAGES},{POOL})",
    f"R.MaxPoolV2(input={IMAGES},ksize=[1,3,3,1],strides=[1,1,1,1],padding='SAME')",
    f"tf.gradients(R.MaxPoolV2(input=tf.constant({IMAGES}),{POOL})**2,"
    "tf.get_default_graph().get_tensor_by_name('Const:0'))",
    f"R.MaxPoolGradV2(orig_input={IMAGES},orig_output=tf.nn.max_pool({IMAGES},2,2,'VALID'),"
    f"grad=np.arange(24,dtype=np.float32).reshape(2,2,2,3),{POOL})",
    f"R.MaxPoolGradGradV2(orig_input={IMAGES},orig_output=tf.nn.max_pool({IMAGES},2,2,'VALID'),grad={IMAGES},{POOL})",
    f"R.FusedPadConv2D(input={IMAGE},paddings=[[0,0],[1,1],[2,1],[0,0]],filter={FILTERS},mode='REFLECT',"
    "strides=[1,2,1,1],padding='VALID')",
    f"R.FusedPadConv2D(input={IMAGE},paddings=[[0,0],[1,1],[2,1],[0,0]],filter={FILTERS},mode='SYMMETRIC',"
    "strides=[1,1,1,1],padding='SAME')",
    f"R.FusedResizeAndPadConv2D(input={IMAGE},size=[6,5],paddings=[[0,0],[1,0],[0,1],[0,0]],filter={FILTERS},"
    "mode='REFLECT',strides=[1,1,1,1],padding='VALID')",
    f"R.FusedResizeAndPadConv2D(input={IMAGE},size=[6,5],paddings=[[0,0],[1,0],[0,1],[0,0]],filter={FILTERS},"
    "mode='SYMMETRIC',strides=[1,1,1,1],padding='VALID',resize_align_corners=True)",
    f"R.BiasAddV1(value={IMAGES},bias=[1.,2.,3.])",
    f"R.FusedBatchNorm(x={IMAGES},scale=[1.,2.,3.],offset=[0.,1.,0.],mean=[],variance=[])",
    f"R.NonMaxSuppression(boxes={BOXES},scores=[.9,.8,.7,.75],max_output_size=3)",
    f"R.NonMaxSuppression(boxes={BOXES},scores=[.9,.8,.7,.75],max_output_size=3,iou_threshold=.99)",
    f"R.NonMaxSuppressionV2(boxes={BOXES},scores=[.9,.8,.7,.75],max_output_size=2,iou_threshold=.3)",
    f"R.NonMaxSuppressionV2(boxes={BOXES},scores=[-.9,-.8,-.7,-.75],max_output_size=4,iou_threshold=.5)",
    f"R.NonMaxSuppressionV3(boxes={BOXES},scores=[.9,.8,.7,.75],max_output_size=4,iou_threshold=.5,"
    "score_threshold=.72)",
    f"R.NonMaxSuppressionV4(boxes={BOXES},scores=[.9,.8,.7,.75],max_output_size=4,iou_threshold=.5,"
    "score_threshold=.72,pad_to_max_output_size=True)",
    f"R.NonMaxSuppressionV5(boxes={BOXES},scores=[.9,.8,.7,.75],max_output_size=4,iou_threshold=.9,"
    "score_threshold=.2,soft_nms_sigma=.5)",
    "R.SampleDistortedBoundingBox(image_size=[20,30,3],bounding_boxes=[[[.1,.2,.8,.9]]],seed=3,seed2=4)",
    f"R.SpaceToBatch(input={IMAGES},paddings=[[0,0],[1,1]],block_size=2)",
    f"R.BatchToSpace(input=tf.tile({IMAGES},[2,1,1,1]),crops=[[1,0],[0,2]],block_size=2)",
    "R.SparseFillEmptyRowsGrad(reverse_index_map=np.int64([2,1,4]),grad_values=[1.,2.,4.,8.,16.])",
    "R.SparseSegmentMeanGrad(grad=[[1.,2.],[3.,4.],[5.,6.]],indices=[0,2,2,3],segment_ids=[0,0,1,1],output_dim0=5)",
    "R.SparseSegmentSqrtNGrad(grad=[[1.,2.],[3.,4.],[5.,6.]],indices=[0,2,2,3],segment_ids=[0,0,1,1],output_dim0=5)",
    "R.SparseSliceGrad(backprop_val_grad=[1.,2.],input_indices=np.int64([[0,0],[1,1],[1,3],[2,2]]),"
    "input_start=np.int64([1,1]),output_indices=np.int64([[0,0],[1,1]]))",
    "R.NthElement(input=[[3.,1.,2.],[7.,9.,8.]],n=1)",
    "R.NthElement(input=[[3.,1.,2.],[7.,9.,8.]],n=0,reverse=True)",
    "R.NthElement(input=[3.,1.],n=2)",
    "R.Bucketize(input=[[-5,10000],[150,10],[5,100]],boundaries=[0.,10.,100.])",
    "R.Bucketize(input=np.float32([.1,.2,.30000001]),boundaries=[.1,.3])",
    "R.Bucketize(input=np.float64([.1,.2,.3]),boundaries=[.1,.3])",
    "R.Bucketize(input=[1],boundaries=[2.,1.])",
    "R.InTopK(predictions=[[1.,2.,3.],[3.,2.,1.]],targets=[2,2],k=1)",
    "R.EuclideanNorm(input=[[3.,4.],[6.,8.]],axis=1,keep_dims=True)",
    "R.EuclideanNorm(input=[[3.,4.],[6.,8.]],axis=[0,1])",
    "R.ClipByValue(t=[[1.,5.],[-3.,2.]],clip_value_min=0.,clip_value_max=3.)",
    "R.Reverse(tensor=[[1,2],[3,4]],dims=[False,True])",
    "R.ParallelConcat(values=[[[1,2]],[[3,4]]],shape=[2,2])",
    "R.Empty(shape=[2,3],dtype=tf.float32,init=True)",
    "R.Concat(concat_dim=1,values=[[[1],[2]],[[3],[4]]])",
    "R.Gather(params=[[1,2],[3,4]],indices=[1,1,0])",
    "R.Div(x=[7,-7],y=[2,2])",
    "R.Div(x=[7.,-7.],y=[2.,2.])",
    "R.SqrtGrad(y=[2.,3.],dy=[1.,1.])",
    "R.RsqrtGrad(y=[2.,3.],dy=[1.,1.])",
    "R.InvGrad(y=[2.,3.],dy=[1.,1.])",
    "R.Einsum(inputs=[[[1.,2.],[3.,4.]],[[5.,6.],[7.,8.]]],equation='ij,jk->ki')",
    "R.BatchDataset(input_dataset=D.range(5)._variant_tensor,batch_size=2,output_types=[tf.int64],"
    "output_shapes=[[None]])",
    "R.PrivateThreadPoolDataset(input_dataset=D.range(3)._variant_tensor,num_threads=2,output_types=[tf.int64],"
    "output_shapes=[[]])",
]


def evaluated(tf, call):
    """The value, and the shapes and types that were known before."""
    names = {"tf": tf, "np": np, "D": tf.data.Dataset, "R": tf.raw_ops}

    with tf.Graph().as_default(), tf.Session() as session:
        try:
            made = eval(call, names)
            tensors = list(made) if isinstance(made, (tuple, list)) else [made]
            known = [[str(t.shape), t.dtype.base_dtype.name] for t in tensors]
            return [known, [] if tensors[0].dtype.name == "variant" else said(session.run(tensors))]
        except Exception as error:
            return type(error).__name__


@scenario
def raw_ops_of_older_versions(tf):
    return {call: evaluated(tf, call) for call in CALLS}
