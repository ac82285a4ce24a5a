// Reset of the system: falls at once with rst_ni and rises at the first clock edge after it, so that all flip-flops leave
// the reset together. Nothing in the system depends on rst_ni but through this flip-flop.
module sky_soc_reset (
  input  logic clk_i,
  input  logic rst_ni,
  output logic rst_no
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) rst_no <= 1'b0;
    else rst_no <= 1'b1;
  end

endmodule
