// Fetch: asks for words one after the other, keeps up to Depth of them, and shows the instruction at their head and the
// one behind it.
//
// A word that arrives is seen in the cycle in which it arrives. After a redirect in cycle c the address is presented in
// c + 1 and the word is here in c + 2; one more follows in every cycle. Instructions in sequence never wait: six words
// are enough to have the next two instructions here while the memory answers.
// insn_valid_o: the instruction is here as a whole, or the word that holds its beginning or its end could not be read.
//
// The port is valid/ready; the word and its fault come in the cycle after the address was taken. A redirect withdraws an
// address that was not taken.
// Cost: Depth x 33 flip-flops.
`include "sky_assert.svh"

module sky_core_fetch #(
  parameter int unsigned Depth = 6  // words, at least 5
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] boot_addr_i,  // taken while the reset is held

  input  logic        redirect_i,
  input  logic [31:0] redirect_pc_i,

  output logic        instr_valid_o,
  input  logic        instr_ready_i,
  output logic [31:0] instr_addr_o,
  input  logic [31:0] instr_rdata_i,
  input  logic        instr_err_i,

  output logic        insn_valid_o,
  output logic [31:0] insn_o,          // as it lies in memory, a compressed one in the low half with zeroes above it
  output logic        compressed_o,
  output logic        fault_o,
  output logic        fault_second_o,  // its first half is there, its second one is not
  output logic [31:0] pc_o,
  output logic        next_valid_o,    // the instruction behind it is here as a whole
  output logic [31:0] next_o,
  input  logic        pop_i
);

  localparam int unsigned CountWidth = $clog2(Depth + 1);
  localparam logic [CountWidth-1:0] Full = Depth[CountWidth-1:0];

  logic [32:0] words_q [Depth];  // fault, word
  logic [CountWidth-1:0] count_q, arrived;
  logic pending_q;  // a word arrives in this cycle
  logic half_q;     // the instruction begins in the upper half of the first word
  logic [29:0] addr_q;
  logic [31:0] pc_q;

  // ---- The first three words, the arriving one included
  logic [32:0] arriving, first, second, third;
  assign arriving = {instr_err_i, instr_rdata_i};
  assign first    = (count_q == 0) ? arriving : words_q[0];
  assign second   = (count_q == 1) ? arriving : words_q[1];
  assign third    = (count_q == 2) ? arriving : words_q[2];
  assign arrived  = count_q + CountWidth'(pending_q);

  // Four halves from the instruction on, each with its fault, and how many are here.
  logic [15:0] halves [4];
  logic [3:0] faults;
  logic [2:0] here;
  always_comb begin
    if (half_q) begin
      halves[0] = first[31:16];
      halves[1] = second[15:0];
      halves[2] = second[31:16];
      halves[3] = third[15:0];
      faults    = {third[32], second[32], second[32], first[32]};
    end else begin
      halves[0] = first[15:0];
      halves[1] = first[31:16];
      halves[2] = second[15:0];
      halves[3] = second[31:16];
      faults    = {second[32], second[32], first[32], first[32]};
    end
    here = 3'd4;
    if (arrived == 0) here = 3'd0;
    else if (arrived == 1) here = half_q ? 3'd1 : 3'd2;
    else if (arrived == 2 && half_q) here = 3'd3;
  end

  // ---- The instruction and the one behind it
  logic [15:0] next_low, next_high;
  logic next_compressed, next_low_fault, next_high_fault;
  logic [2:0] next_here;
  assign compressed_o   = halves[0][1:0] != 2'b11;
  assign fault_o        = faults[0] | (!compressed_o & faults[1]);
  assign fault_second_o = !faults[0];
  assign insn_valid_o   = (here >= 3'd1) & ((here >= 3'd2) | compressed_o | faults[0]);
  assign insn_o         = {compressed_o ? 16'd0 : halves[1], halves[0]};
  assign pc_o           = pc_q;

  assign next_low        = compressed_o ? halves[1] : halves[2];
  assign next_high       = compressed_o ? halves[2] : halves[3];
  assign next_low_fault  = compressed_o ? faults[1] : faults[2];
  assign next_high_fault = compressed_o ? faults[2] : faults[3];
  assign next_here       = here - (compressed_o ? 3'd1 : 3'd2);
  assign next_compressed = next_low[1:0] != 2'b11;
  assign next_valid_o    = insn_valid_o & !fault_o & !next_low_fault & (next_here >= 3'd1) &
                           (next_compressed | ((next_here >= 3'd2) & !next_high_fault));
  assign next_o          = {next_compressed ? 16'd0 : next_high, next_low};

  // ---- Asking
  logic taken, pop_word;
  logic [CountWidth-1:0] kept;
  assign instr_valid_o = arrived < Full;
  assign instr_addr_o  = {addr_q, 2'b00};
  assign taken         = instr_valid_o & instr_ready_i;
  assign pop_word      = pop_i & (half_q | !compressed_o);
  assign kept          = arrived - CountWidth'(pop_word);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q   <= '0;
      pending_q <= 1'b0;
    end else if (redirect_i) begin
      count_q   <= '0;
      pending_q <= 1'b0;
    end else begin
      count_q   <= kept;
      pending_q <= taken;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      addr_q <= boot_addr_i[31:2];
      pc_q   <= {boot_addr_i[31:1], 1'b0};
      half_q <= boot_addr_i[1];
    end else if (redirect_i) begin
      addr_q <= redirect_pc_i[31:2];
      pc_q   <= {redirect_pc_i[31:1], 1'b0};
      half_q <= redirect_pc_i[1];
    end else begin
      if (taken) addr_q <= addr_q + 30'd1;
      if (pop_i) begin
        pc_q <= pc_q + (compressed_o ? 32'd2 : 32'd4);
        if (compressed_o) half_q <= !half_q;
      end
    end
  end

  for (genvar i = 0; i < Depth; i++) begin : g_word
    localparam int unsigned Behind = (i + 1 == Depth) ? i : i + 1;
    always_ff @(posedge clk_i) begin
      if (pop_word) words_q[i] <= (i + 1 == Depth || CountWidth'(i + 1) == count_q) ? arriving : words_q[Behind];
      else if (CountWidth'(i) == count_q) words_q[i] <= arriving;
    end
  end

  `SKY_ASSERT(OnlyAWholeInstructionLeaves, pop_i |-> insn_valid_o)
  `SKY_ASSERT(NeverMoreWordsThanPlaces, arrived <= Full)
  `SKY_ASSERT(TheAddressIsHeldUntilTaken, instr_valid_o && !instr_ready_i && !redirect_i |=> $stable(instr_addr_o))

endmodule
