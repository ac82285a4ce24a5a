// Where the registers lie in a horizontal array: a table of 32 positions, the identity when it is new, non-volatile.
// A change that comes while a request waits for its answer (hold_i) counts after it.
// Cost: 160 flip-flops, six selectors. Kept to the subset that synthesis tools read.
module sky_rf_placement (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        place_i,
  input  logic [4:0]  place_reg_i,
  input  logic [4:0]  place_pos_i,
  input  logic        hold_i,

  input  logic        look_i,       // a request
  input  logic [14:0] reg_i,        // of three accesses
  output logic [14:0] position_o,
  input  logic        hint_look_i,
  input  logic [14:0] hint_reg_i,
  output logic [14:0] hint_position_o
);

  logic [159:0] table_q;
  initial begin
    for (int unsigned r = 0; r < 32; r++) table_q[5*r+:5] = r[4:0];
  end

  logic waits_q;
  logic [4:0] reg_q, pos_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waits_q <= 1'b0;
      reg_q   <= '0;
      pos_q   <= '0;
    end else if (place_i && hold_i) begin
      waits_q <= 1'b1;
      reg_q   <= place_reg_i;
      pos_q   <= place_pos_i;
    end else if (!hold_i) begin
      waits_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_ni && !hold_i) begin
      if (place_i) table_q[{27'd0, place_reg_i}*5+:5] <= place_pos_i;
      else if (waits_q) table_q[{27'd0, reg_q}*5+:5] <= pos_q;
    end
  end

  always_comb begin
    position_o = '0;
    if (look_i) begin
      for (int unsigned i = 0; i < 3; i++) position_o[5*i+:5] = table_q[{27'd0, reg_i[5*i+:5]}*5+:5];
    end
  end
  always_comb begin
    hint_position_o = '0;
    if (hint_look_i) begin
      for (int unsigned i = 0; i < 3; i++) hint_position_o[5*i+:5] = table_q[{27'd0, hint_reg_i[5*i+:5]}*5+:5];
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    OnePlacementWaits : assert (!rst_ni || !(place_i && waits_q))
      else $error("assertion failed: %m: two placements during one request");
  end
`endif

endmodule
