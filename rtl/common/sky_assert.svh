// Assertions that read as sentences: SKY_ASSERT(PayloadStable, valid && !ready |=> $stable(data))
`ifndef SKY_ASSERT_SVH
`define SKY_ASSERT_SVH

`ifdef SYNTHESIS
`define SKY_ASSERT(name, prop)
`else
`define SKY_ASSERT(name, prop) \
  name: assert property (@(posedge clk_i) disable iff (!rst_ni) (prop)) \
    else $error("assertion failed: %m");
`endif

`endif
